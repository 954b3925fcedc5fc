import { Conditions, FeedbackSubmissionEntity, TemporalStore, UnitOfWork } from '#persistence';
import { type Actor, DAY_MS, type Position, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { FieldCipher, UnreadableFieldError } from '#secrets';

import { toSearchQuery } from '../search-words.js';
import { type Submission, type SubmissionLink } from '../submission.js';
import { SUBMISSIONS } from '../feedback.table.js';
import type { HistoryEntry, InboxFilter, StorageFigures, TriagedState } from './inbox.js';

interface Row {
  id: string;
  session_id: string;
  category: string;
  description: string;
  url: string;
  timestamp: string;
  browser: string | null;
  os: string | null;
  screen_resolution: string | null;
  viewport_size: string | null;
  user_id: string | null;
  prediction_id: string | null;
  link: string;
  has_screenshot: unknown;
  has_annotation: unknown;
  annotation_coords: unknown;
  api_state: string | null;
  created_at: unknown;
  is_read: unknown;
  is_archived: unknown;
  admin_notes: string | null;
  quarantine: string | null;
  version: number;
  deleted_at: unknown;
}

const COLUMNS =
  'id, tenant_id, session_id, category, description, url, timestamp, browser, os, screen_resolution, viewport_size, user_id, prediction_id, link, ' +
  'has_screenshot, has_annotation, annotation_coords, api_state, created_at, is_read, is_archived, admin_notes, quarantine, version, deleted_at';
/** Maximum hits of a search whose ids are read first. */
const MAX_RARE_HITS = 2000;

/** Fields that a change may contain, as properties of the entity. */
export type ChangedFields = Partial<
  Pick<FeedbackSubmissionEntity, 'isRead' | 'isArchived' | 'adminNotes' | 'category' | 'quarantine' | 'deletedAt'>
>;

@Injectable()
export class FeedbackRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
    private readonly temporal: TemporalStore,
  ) {}

  async find(tenant: TenantContext, id: string, includeDeleted: boolean): Promise<Submission | undefined> {
    const row = await this.unitOfWork.find<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM feedback_submissions WHERE tenant_id = $1 AND id = $2${includeDeleted ? '' : ' AND deleted_at IS NULL'}`,
      [id],
    );
    return row && this.toSubmission(tenant, row);
  }

  /** Returns at most `limit` submissions after `position`: the newest first, or the oldest first for an export. */
  async list(
    tenant: TenantContext,
    filter: InboxFilter,
    limit: number,
    { order = 'DESC', position }: { order?: 'ASC' | 'DESC'; position?: Position | undefined } = {},
  ): Promise<Submission[]> {
    const where = this.where(filter, await this.rareHits(tenant, filter.search));
    if (position) {
      const sign = order === 'DESC' ? '<' : '>';
      where.add(`(created_at, id) ${sign} (?, ?)`, this.unitOfWork.dialect.time(position.time), position.id);
    }
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM feedback_submissions WHERE ${where} ORDER BY created_at ${order}, id ${order} LIMIT ${where.bind(limit)}`,
      where.values,
    );
    return rows.map((row) => this.toSubmission(tenant, row));
  }

  /**
   * Changes a submission and adds the previous values to its history, in one transaction. A change without an effect
   * creates no version.
   *
   * @throws NotFoundError (404), PreconditionFailedError (412)
   */
  async change(
    tenant: TenantContext,
    id: string,
    version: number | undefined,
    next: (before: Readonly<FeedbackSubmissionEntity>) => ChangedFields,
    by: Actor,
  ): Promise<void> {
    await this.temporal.change(tenant, FeedbackSubmissionEntity, { id, version }, next, by);
  }

  /** Returns the changes of a submission, oldest first. */
  history(tenant: TenantContext, id: string): Promise<HistoryEntry[]> {
    return this.temporal.history(tenant, FeedbackSubmissionEntity, id);
  }

  /**
   * Returns the triage at a time in milliseconds since 1970; undefined if the submission did not exist or was deleted
   * then.
   */
  async stateAt(tenant: TenantContext, id: string, at: number): Promise<TriagedState | undefined> {
    const found = await this.temporal.asOf(tenant, FeedbackSubmissionEntity, id, at);
    if (!found) return undefined;
    const { adminNotes, category, isArchived, isRead, quarantine, version } = found;
    return { adminNotes, category, isArchived, isRead, quarantine, version };
  }

  /** Counts submissions and screenshots, without deleted ones and those in quarantine. */
  async figures(tenant: TenantContext, now: number): Promise<StorageFigures> {
    const { dialect } = this.unitOfWork;
    const counted = 'deleted_at IS NULL AND quarantine IS NULL';
    const [submissions] = await this.unitOfWork.read<{ total: unknown; recent: unknown }>(
      tenant,
      `SELECT COUNT(*) AS total, COALESCE(SUM(CASE WHEN created_at >= $2 THEN 1 ELSE 0 END), 0) AS recent FROM feedback_submissions WHERE tenant_id = $1 AND ${counted}`,
      [dialect.time(now - DAY_MS)],
    );
    const [screenshots] = await this.unitOfWork.read<{ total: unknown; kb: unknown; largest: unknown }>(
      tenant,
      'SELECT COUNT(*) AS total, COALESCE(SUM(size_kb), 0) AS kb, COALESCE(MAX(size_kb), 0) AS largest FROM feedback_screenshots ' +
        `WHERE tenant_id = $1 AND feedback_id IN (SELECT id FROM feedback_submissions WHERE tenant_id = $1 AND has_screenshot AND ${counted})`,
    );
    const total = Number(screenshots?.total ?? 0);
    const kb = Number(screenshots?.kb ?? 0);
    return {
      submissions: Number(submissions?.total ?? 0),
      screenshots: total,
      storageKb: kb,
      averageKb: total === 0 ? 0 : kb / total,
      largestKb: Number(screenshots?.largest ?? 0),
      submissionsLast24h: Number(submissions?.recent ?? 0),
    };
  }

  /**
   * Returns the ids of the hits of a rare word; undefined for SQLite and for common words.
   *
   * PostgreSQL cannot estimate how many rows match a prefix. For a rare word it would scan the whole list in its order,
   * so the search index is read first. For a common word, scanning the list is faster.
   */
  private async rareHits(tenant: TenantContext, search: string | undefined): Promise<string[] | undefined> {
    const { dialect } = this.unitOfWork;
    const query = search === undefined ? undefined : toSearchQuery(search, dialect.name);
    if (query === undefined || dialect.name === 'sqlite') return undefined;
    const rows = await this.unitOfWork.read<{ id: string }>(
      tenant,
      `SELECT id FROM feedback_submissions WHERE tenant_id = $1 AND ${this.matches().replace('?', '$2')} LIMIT $3`,
      [query, MAX_RARE_HITS + 1],
    );
    return rows.length > MAX_RARE_HITS ? undefined : rows.map(({ id }) => id);
  }

  private where(filter: InboxFilter, rareHits: string[] | undefined): Conditions {
    const { dialect } = this.unitOfWork;
    const where = new Conditions(dialect).within('created_at', filter).equal({
      category: filter.category,
      is_read: filter.isRead,
      is_archived: filter.isArchived,
      has_screenshot: filter.hasScreenshot,
      session_id: filter.sessionId,
      user_id: filter.userId,
      prediction_id: filter.predictionId,
    });
    if (filter.search !== undefined) {
      const query = toSearchQuery(filter.search, dialect.name);
      // A search without words finds nothing.
      if (query === undefined) where.add('1 = 0');
      else if (rareHits) where.add('id = ANY(CAST(? AS uuid[]))', rareHits);
      else where.add(this.matches(), query);
    }
    if (filter.quarantined !== undefined)
      where.add(filter.quarantined ? 'quarantine IS NOT NULL' : 'quarantine IS NULL');
    if (!filter.includeDeleted) where.add('deleted_at IS NULL');
    return where;
  }

  private matches(): string {
    return this.unitOfWork.dialect.name === 'sqlite'
      ? 'id IN (SELECT d.feedback_id FROM feedback_search s JOIN feedback_search_documents d ON d.number = s.rowid WHERE feedback_search MATCH ?)'
      : `to_tsvector('simple', search_text) @@ to_tsquery('simple', ?)`;
  }

  /** Decrypts the state. A value that no key decrypts must not make the whole inbox unreadable. */
  private decryptState(tenant: TenantContext, id: string, sealed: string): { value: unknown; unreadable: boolean } {
    try {
      return {
        value: JSON.parse(this.cipher.open(tenant, SUBMISSIONS.place(id, 'api_state'), sealed)) as unknown,
        unreadable: false,
      };
    } catch (error) {
      if (!(error instanceof UnreadableFieldError)) throw error;
      return { value: null, unreadable: true };
    }
  }

  private toSubmission(tenant: TenantContext, row: Row): Submission {
    const { dialect } = this.unitOfWork;
    const { api_state } = row;
    const state =
      api_state === null ? { value: null, unreadable: false } : this.decryptState(tenant, row.id, api_state);
    return {
      id: row.id,
      sessionId: row.session_id,
      category: row.category,
      description: row.description,
      url: row.url,
      timestamp: row.timestamp,
      browser: row.browser,
      os: row.os,
      screenResolution: row.screen_resolution,
      viewportSize: row.viewport_size,
      userId: row.user_id,
      predictionId: row.prediction_id,
      link: row.link as SubmissionLink,
      hasScreenshot: dialect.readBoolean(row.has_screenshot),
      hasAnnotation: dialect.readBoolean(row.has_annotation),
      annotationCoords: dialect.readJson(row.annotation_coords),
      apiState: state.value,
      apiStateUnreadable: state.unreadable,
      createdAt: dialect.readTime(row.created_at),
      isRead: dialect.readBoolean(row.is_read),
      isArchived: dialect.readBoolean(row.is_archived),
      adminNotes: row.admin_notes,
      quarantine: row.quarantine,
      version: row.version,
      deletedAt: row.deleted_at == null ? null : dialect.readTime(row.deleted_at),
    };
  }
}
