import { Injectable } from '@nestjs/common';
import type { TenantContext } from '../common/index.js';
import { type BulkRow, UnitOfWork } from '../persistence/index.js';
import { VOTE_INSERT } from './vote.js';

/** A vote under an id that stands for another record; times are milliseconds since 1970. */
export interface AliasedVote {
  id: string;
  tenantId: string;
  /** The record that `predictionId` stands for. */
  recordId: string;
  rater: string;
  userId: string | null;
  correct: boolean | null;
  label: string | null;
  rating: number | null;
  /** Sealed. */
  comment: string | null;
  withdrawn: boolean;
  acceptedId: string;
  acceptedAt: number;
}

interface AliasedRow {
  id: string;
  tenant_id: string;
  record_id: string;
  rater: string;
  user_id: string | null;
  correct: unknown;
  label: string | null;
  rating: number | null;
  comment: string | null;
  withdrawn: unknown;
  accepted_id: string;
  accepted_at: unknown;
}

const BATCH_ROWS = 500;

/** Votes and labels that wait for their prediction, of all tenants; each statement keeps to the tenant of its row. */
@Injectable()
export class PendingLinksRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Links votes accepted since `since` whose prediction is here now. Answers how many. */
  async linkVotes(since: number): Promise<number> {
    return this.link(
      `UPDATE prediction_votes SET link = 'linked' WHERE id IN (SELECT v.id FROM prediction_votes v JOIN predictions p ` +
        `ON p.id = v.prediction_id AND p.tenant_id = v.tenant_id WHERE v.link = 'pending' AND v.accepted_at >= $1 LIMIT ${BATCH_ROWS}) RETURNING id`,
      since,
    );
  }

  /** The same for labels that name a prediction. */
  async linkLabelsById(since: number): Promise<number> {
    return this.link(
      `UPDATE prediction_labels SET link = 'linked' WHERE id IN (SELECT l.id FROM prediction_labels l JOIN predictions p ` +
        `ON p.id = l.prediction_id AND p.tenant_id = l.tenant_id WHERE l.link = 'pending' AND l.recorded_at >= $1 LIMIT ${BATCH_ROWS}) RETURNING id`,
      since,
    );
  }

  /** The same for labels that name an id of the caller: the latest recorded under it. */
  async linkLabelsByInference(since: number): Promise<number> {
    const latest =
      'SELECT p.id FROM predictions p WHERE p.tenant_id = prediction_labels.tenant_id AND p.inference_id = prediction_labels.inference_id ' +
      'ORDER BY p.recorded_at DESC, p.id DESC LIMIT 1';
    return this.link(
      `UPDATE prediction_labels SET link = 'linked', prediction_id = (${latest}) WHERE id IN (SELECT l.id FROM prediction_labels l ` +
        `WHERE l.link = 'pending' AND l.prediction_id IS NULL AND l.recorded_at >= $1 AND EXISTS (SELECT 1 FROM predictions p ` +
        `WHERE p.tenant_id = l.tenant_id AND p.inference_id = l.inference_id) LIMIT ${BATCH_ROWS}) RETURNING id`,
      since,
    );
  }

  /** Labels under an id that stands for another record get the record's. */
  async linkLabelsByAlias(since: number): Promise<number> {
    const record =
      'SELECT a.record_id FROM record_aliases a WHERE a.id = prediction_labels.prediction_id AND a.tenant_id = prediction_labels.tenant_id';
    return this.link(
      `UPDATE prediction_labels SET link = 'linked', prediction_id = (${record}) WHERE id IN (SELECT l.id FROM prediction_labels l ` +
        `JOIN record_aliases a ON a.id = l.prediction_id AND a.tenant_id = l.tenant_id WHERE l.link = 'pending' AND l.recorded_at >= $1 LIMIT ${BATCH_ROWS}) RETURNING id`,
      since,
    );
  }

  /** Votes whose id stands for another record, of all tenants. */
  async aliasedVotes(since: number): Promise<AliasedVote[]> {
    const { dialect } = this.unitOfWork;
    const rows = await this.unitOfWork.readAcrossTenants<AliasedRow>(
      'SELECT v.id, v.tenant_id, a.record_id, v.rater, v.user_id, v.correct, v.label, v.rating, v.comment, v.withdrawn, ' +
        'v.accepted_id, v.accepted_at FROM prediction_votes v JOIN record_aliases a ON a.id = v.prediction_id AND a.tenant_id = v.tenant_id ' +
        `WHERE v.link = 'pending' AND v.accepted_at >= $1 LIMIT ${BATCH_ROWS}`,
      [dialect.time(since)],
    );
    return rows.map(({ comment, id, label, rater, rating, ...row }) => ({
      id,
      tenantId: row.tenant_id,
      recordId: row.record_id,
      rater,
      userId: row.user_id,
      correct: row.correct == null ? null : dialect.readBoolean(row.correct),
      label,
      rating,
      comment,
      withdrawn: dialect.readBoolean(row.withdrawn),
      acceptedId: row.accepted_id,
      acceptedAt: dialect.readTime(row.accepted_at),
    }));
  }

  /** Puts `row` where it belongs and removes the vote `id` that it was. */
  async moveVote(tenant: TenantContext, id: string, row: BulkRow): Promise<void> {
    await this.unitOfWork.write(async (session) => {
      await session.insert([{ insert: VOTE_INSERT, rows: [row] }]);
      await session.query('DELETE FROM prediction_votes WHERE tenant_id = $1 AND id = $2', [tenant.tenantId, id]);
    });
  }

  private async link(text: string, since: number): Promise<number> {
    const rows = await this.unitOfWork.write((session) =>
      session.query<{ id: string }>(text, [this.unitOfWork.dialect.time(since)]),
    );
    return rows.length;
  }
}
