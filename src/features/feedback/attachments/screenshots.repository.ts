import { placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { Screenshot, ScreenshotState } from '../submission.js';
import type { BlobStoreName } from './blob-store.js';
import type { EncodedImage } from './images.js';

/** A screenshot that this server encodes, with the bytes as uploaded. */
export interface ClaimedScreenshot {
  id: string;
  tenantId: string;
  attempts: number;
  bytes: Buffer;
}

/** A screenshot and the store of its bytes. */
export interface StoredScreenshot extends Screenshot {
  store: BlobStoreName;
}

interface Row {
  id: string;
  feedback_id: string;
  n: number;
  state: string;
  content_type: string;
  width: number | null;
  height: number | null;
  size_kb: number;
  failure: string | null;
  store: string;
}

const COLUMNS = 'id, tenant_id, feedback_id, n, state, content_type, width, height, size_kb, failure, store';
const DATA = { picture: 'screenshot_data', thumbnail: 'thumbnail_data' } as const;

@Injectable()
export class ScreenshotsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Claims the oldest screenshot that waits, or was claimed before `abandoned`. Times are in milliseconds since 1970.
   *
   * @acrossTenants one queue for the installation
   */
  async claimNext(now: number, abandoned: number): Promise<ClaimedScreenshot | undefined> {
    const { dialect } = this.unitOfWork;
    const skip = dialect.name === 'sqlite' ? '' : ' FOR UPDATE SKIP LOCKED';
    const rows = await this.unitOfWork.write((session) =>
      session.query<{ id: string; tenant_id: string; attempts: number; screenshot_data: Uint8Array | null }>(
        'UPDATE feedback_screenshots SET claimed_at = $1, attempts = attempts + 1 WHERE id = (SELECT id FROM feedback_screenshots ' +
          `WHERE state = 'pending' AND (claimed_at IS NULL OR claimed_at < $2) ORDER BY created_at, id LIMIT 1${skip}) ` +
          'RETURNING id, tenant_id, attempts, screenshot_data',
        [dialect.time(now), dialect.time(abandoned)],
      ),
    );
    const [row] = rows;
    return (
      row && {
        id: row.id,
        tenantId: row.tenant_id,
        attempts: row.attempts,
        bytes: Buffer.from(row.screenshot_data ?? []),
      }
    );
  }

  /**
   * Returns whether a screenshot waits, or was claimed before `abandoned`. Times are in milliseconds since 1970.
   *
   * @acrossTenants one queue for the installation
   */
  async hasPending(now: number, abandoned: number): Promise<boolean> {
    const { dialect } = this.unitOfWork;
    const row = await this.unitOfWork.findAcrossTenants(
      `SELECT id FROM feedback_screenshots WHERE state = 'pending' AND created_at <= $1 AND (claimed_at IS NULL OR claimed_at < $2) LIMIT 1`,
      [dialect.time(now), dialect.time(abandoned)],
    );
    return row !== undefined;
  }

  /**
   * Marks a screenshot as ready. If `store` is not the database, its bytes must have been written there already.
   *
   * @returns false if the screenshot was deleted meanwhile
   */
  async complete(
    tenant: TenantContext,
    id: string,
    { height, picture, thumbnail, width }: EncodedImage,
    store: BlobStoreName,
  ): Promise<boolean> {
    const inside = store === 'database';
    const rows = await this.unitOfWork.write((session) =>
      session.query(
        `UPDATE feedback_screenshots SET state = 'ready', content_type = 'image/webp', width = $3, height = $4, size_kb = $5, ` +
          `store = $6, screenshot_data = $7, thumbnail_data = $8 WHERE tenant_id = $1 AND id = $2 AND state = 'pending' RETURNING id`,
        [
          tenant.tenantId,
          id,
          width,
          height,
          sizeKb(picture),
          store,
          inside ? picture : null,
          inside ? thumbnail : null,
        ],
      ),
    );
    return rows.length > 0;
  }

  async fail(tenant: TenantContext, id: string, failure: string): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        `UPDATE feedback_screenshots SET state = 'failed', failure = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'pending'`,
        [tenant.tenantId, id, failure],
      ),
    );
  }

  /** Returns a claimed screenshot to the queue without counting the attempt. */
  async release(tenant: TenantContext, id: string): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        `UPDATE feedback_screenshots SET claimed_at = NULL, attempts = attempts - 1 WHERE tenant_id = $1 AND id = $2 AND state = 'pending'`,
        [tenant.tenantId, id],
      ),
    );
  }

  /** Returns the screenshots of several submissions, by submission and index. */
  async listOf(tenant: TenantContext, feedbackIds: readonly string[]): Promise<Screenshot[]> {
    if (feedbackIds.length === 0) return [];
    const marks = placeholders(feedbackIds);
    const rows = await this.unitOfWork.findAll<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM feedback_screenshots WHERE tenant_id = $1 AND feedback_id IN (${marks}) ORDER BY feedback_id, n`,
      feedbackIds,
    );
    return rows.map(toScreenshot);
  }

  async find(tenant: TenantContext, feedbackId: string, n: number): Promise<StoredScreenshot | undefined> {
    const row = await this.unitOfWork.find<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM feedback_screenshots WHERE tenant_id = $1 AND feedback_id = $2 AND n = $3`,
      [feedbackId, n],
    );
    return row && { ...toScreenshot(row), store: row.store as BlobStoreName };
  }

  /** Returns the bytes of a screenshot that is stored in the database. */
  async bytesOf(tenant: TenantContext, id: string, part: 'picture' | 'thumbnail'): Promise<Buffer | undefined> {
    const row = await this.unitOfWork.find<{ bytes: Uint8Array | null }>(
      tenant,
      `SELECT ${DATA[part]} AS bytes FROM feedback_screenshots WHERE tenant_id = $1 AND id = $2`,
      [id],
    );
    return row?.bytes == null ? undefined : Buffer.from(row.bytes);
  }

  /**
   * Returns the next ready screenshot that is not in the store `target`, by id.
   *
   * @acrossTenants a move concerns the whole store
   */
  async nextElsewhere(
    target: BlobStoreName,
    after: string,
  ): Promise<(StoredScreenshot & { tenantId: string }) | undefined> {
    const row = await this.unitOfWork.findAcrossTenants<Row & { tenant_id: string }>(
      `SELECT ${COLUMNS} FROM feedback_screenshots WHERE state = 'ready' AND store <> $1 AND id > $2 ORDER BY id LIMIT 1`,
      [target, after],
    );
    return row && { ...toScreenshot(row), store: row.store as BlobStoreName, tenantId: row.tenant_id };
  }

  /**
   * Records that the bytes of a screenshot are in another store. `bytes` is given only if they move into the database.
   *
   * @returns false if the screenshot was moved or deleted meanwhile
   */
  async move(
    tenant: TenantContext,
    id: string,
    {
      bytes,
      from,
      to,
    }: { from: BlobStoreName; to: BlobStoreName; bytes: { picture: Buffer; thumbnail: Buffer } | undefined },
  ): Promise<boolean> {
    const rows = await this.unitOfWork.write((session) =>
      session.query(
        'UPDATE feedback_screenshots SET store = $3, screenshot_data = $4, thumbnail_data = $5 WHERE tenant_id = $1 AND id = $2 AND store = $6 RETURNING id',
        [tenant.tenantId, id, to, bytes?.picture ?? null, bytes?.thumbnail ?? null, from],
      ),
    );
    return rows.length > 0;
  }

  /**
   * Returns the files of deleted rows, oldest first.
   *
   * @acrossTenants one queue for the installation
   */
  async nextDeletions(limit: number): Promise<{ id: string; tenantId: string; store: BlobStoreName }[]> {
    const rows = await this.unitOfWork.readAcrossTenants<{ id: string; tenant_id: string; store: string }>(
      'SELECT id, tenant_id, store FROM blob_deletions ORDER BY created_at LIMIT $1',
      [limit],
    );
    return rows.map(({ id, store, tenant_id }) => ({ id, tenantId: tenant_id, store: store as BlobStoreName }));
  }

  async removeDeletion(tenant: TenantContext, id: string): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query('DELETE FROM blob_deletions WHERE tenant_id = $1 AND id = $2', [tenant.tenantId, id]),
    );
  }
}

function toScreenshot(row: Row): Screenshot {
  return {
    id: row.id,
    feedbackId: row.feedback_id,
    n: row.n,
    state: row.state as ScreenshotState,
    contentType: row.content_type,
    width: row.width,
    height: row.height,
    sizeKb: row.size_kb,
    failure: row.failure,
  };
}

function sizeKb(bytes: Buffer): number {
  return Math.round((bytes.length / 1024) * 100) / 100;
}
