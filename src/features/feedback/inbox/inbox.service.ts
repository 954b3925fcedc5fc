import { type Clock, CLOCK, type CursorCodec, NotFoundError, type Page, type TenantContext } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { Secrets } from '#secrets';
import { asActor, type Principal } from '#security';
import { ScreenshotPendingError } from '../attachments/errors.js';
import { ScreenshotCache } from '../attachments/screenshot-cache.service.js';
import { ScreenshotsRepository } from '../attachments/screenshots.repository.js';
import type { Screenshot, Submission } from '../submission.js';
import { FeedbackRepository } from './feedback.repository.js';
import type { HistoryEntry, InboxFilter, InboxItem, StorageFigures, Triage } from './inbox.js';

/** Reads and triages feedback for administrators. */
@Injectable()
export class InboxService {
  private readonly cursors: CursorCodec;

  constructor(
    private readonly repository: FeedbackRepository,
    private readonly screenshots: ScreenshotsRepository,
    private readonly cache: ScreenshotCache,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.cursors = secrets.cursorCodec('feedback');
  }

  /**
   * Returns a page of feedback, newest first. New submissions do not shift later pages.
   *
   * @throws ValidationError (422) naming `cursor`
   */
  async list(tenant: TenantContext, filter: InboxFilter, limit: number, cursor?: string): Promise<Page<InboxItem>> {
    const position = this.cursors.positionOf(cursor);
    const rows = await this.repository.list(tenant, filter, limit + 1, { position });
    const { data, next_cursor } = this.cursors.page(rows, limit, (row) => row.createdAt);
    return { data: await this.withScreenshots(tenant, data), next_cursor };
  }

  /**
   * @throws NotFoundError (404), also for the feedback of another tenant, and for deleted feedback unless
   *   `includeDeleted`
   */
  async get(tenant: TenantContext, id: string, includeDeleted = false): Promise<InboxItem> {
    const submission = await this.repository.find(tenant, id, includeDeleted);
    if (!submission) throw new NotFoundError('The submission');
    return (await this.withScreenshots(tenant, [submission]))[0] as InboxItem;
  }

  /**
   * Returns the feedback with its triage at `at`, in milliseconds since 1970.
   *
   * @throws NotFoundError (404), also if the feedback did not exist or was deleted at that time
   */
  async getAsOf(tenant: TenantContext, id: string, at: number): Promise<InboxItem> {
    const [now, then] = [await this.get(tenant, id, true), await this.repository.stateAt(tenant, id, at)];
    if (!then) throw new NotFoundError('The submission');
    return { ...now, ...then, deletedAt: null };
  }

  /** @throws NotFoundError (404), PreconditionFailedError (412) */
  async triage(caller: Principal, id: string, version: number | undefined, change: Triage): Promise<InboxItem> {
    await this.get(caller, id);
    const { adminNotes, category, isArchived, isRead, quarantined } = change;
    const fields = { adminNotes, category, isArchived, isRead, ...(quarantined === false ? { quarantine: null } : {}) };
    await this.repository.change(caller, id, version, () => fields, asActor(caller, this.clock.now()));
    return this.get(caller, id);
  }

  /**
   * Hides the feedback until it is restored or retention deletes it.
   *
   * @throws NotFoundError (404), PreconditionFailedError (412)
   */
  async remove(caller: Principal, id: string, version: number | undefined): Promise<InboxItem> {
    await this.get(caller, id);
    const by = asActor(caller, this.clock.now());
    await this.repository.change(caller, id, version, ({ deletedAt }) => ({ deletedAt: deletedAt ?? by.at }), by);
    return this.get(caller, id, true);
  }

  /** @throws NotFoundError (404), PreconditionFailedError (412) */
  async restore(caller: Principal, id: string, version: number | undefined): Promise<InboxItem> {
    await this.repository.change(caller, id, version, () => ({ deletedAt: null }), asActor(caller, this.clock.now()));
    return this.get(caller, id);
  }

  /**
   * Returns the changes of feedback, also if it is deleted, oldest first.
   *
   * @throws NotFoundError (404)
   */
  async history(tenant: TenantContext, id: string): Promise<HistoryEntry[]> {
    await this.get(tenant, id, true);
    return this.repository.history(tenant, id);
  }

  /**
   * Returns the ETag of a screenshot, whose bytes never change, and a function that reads them.
   *
   * @throws NotFoundError (404), ScreenshotPendingError (409); `read` also throws BlobStoreError (503)
   */
  async screenshot(
    tenant: TenantContext,
    id: string,
    n: number,
    part: 'picture' | 'thumbnail',
  ): Promise<{ tag: string; read: () => Promise<Buffer> }> {
    await this.get(tenant, id);
    const found = await this.screenshots.find(tenant, id, n);
    if (!found || found.state === 'failed') throw new NotFoundError('The screenshot');
    if (found.state === 'pending') throw new ScreenshotPendingError();
    const read = async (): Promise<Buffer> => {
      const bytes = await this.cache.read(tenant, found, part);
      if (!bytes) throw new NotFoundError('The screenshot');
      return bytes;
    };
    return { tag: `"${found.id}-${part}"`, read };
  }

  /**
   * Returns the bytes of a screenshot as they were sent, which are kept only if they could not be decoded.
   *
   * @throws NotFoundError (404), ScreenshotPendingError (409)
   */
  async sentScreenshot(tenant: TenantContext, id: string, n: number): Promise<Buffer> {
    await this.get(tenant, id);
    const found = await this.screenshots.find(tenant, id, n);
    if (found?.state === 'pending') throw new ScreenshotPendingError();
    const bytes = found?.state === 'failed' ? await this.screenshots.bytesOf(tenant, found.id, 'picture') : undefined;
    if (!bytes) throw new NotFoundError('The screenshot as it was sent');
    return bytes;
  }

  figures(tenant: TenantContext): Promise<StorageFigures> {
    return this.repository.figures(tenant, this.clock.now());
  }

  private async withScreenshots(tenant: TenantContext, submissions: readonly Submission[]): Promise<InboxItem[]> {
    const shown = submissions.filter(({ hasScreenshot }) => hasScreenshot).map(({ id }) => id);
    const byFeedback = new Map<string, Screenshot[]>();
    for (const screenshot of await this.screenshots.listOf(tenant, shown))
      byFeedback.set(screenshot.feedbackId, [...(byFeedback.get(screenshot.feedbackId) ?? []), screenshot]);
    return submissions.map((submission) => ({ ...submission, screenshots: byFeedback.get(submission.id) ?? [] }));
  }
}
