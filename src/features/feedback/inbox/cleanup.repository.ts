import { placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';

/** Number of records that were, or would be, deleted. */
export interface Removed {
  submissions: number;
  screenshots: number;
}

/** Expired submissions. Their screenshots, history and search entries are deleted with them. */
@Injectable()
export class CleanupRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Counts submissions and screenshots before `cutoff`, in milliseconds since 1970. */
  async countBefore(tenant: TenantContext, cutoff: number): Promise<Removed> {
    const time = this.unitOfWork.dialect.time(cutoff);
    const count = async (text: string): Promise<number> =>
      Number((await this.unitOfWork.read<{ n: unknown }>(tenant, text, [time]))[0]?.n ?? 0);
    const expired = 'SELECT id FROM feedback_submissions WHERE tenant_id = $1 AND created_at < $2';
    return {
      submissions: await count(
        'SELECT COUNT(*) AS n FROM feedback_submissions WHERE tenant_id = $1 AND created_at < $2',
      ),
      screenshots: await count(
        `SELECT COUNT(*) AS n FROM feedback_screenshots WHERE tenant_id = $1 AND feedback_id IN (${expired})`,
      ),
    };
  }

  /**
   * Deletes the oldest submissions, at most `limit`, in one transaction. Queues their files outside the database for
   * deletion. `cutoff` is in milliseconds since 1970.
   */
  async deleteBefore(tenant: TenantContext, cutoff: number, limit: number): Promise<Removed> {
    const { tenantId } = tenant;
    const time = this.unitOfWork.dialect.time(cutoff);
    const skip = this.unitOfWork.dialect.name === 'sqlite' ? '' : ' FOR UPDATE SKIP LOCKED';
    return this.unitOfWork.write(async (session) => {
      const rows = await session.query<{ id: string }>(
        `SELECT id FROM feedback_submissions WHERE tenant_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3${skip}`,
        [tenantId, time, limit],
      );
      if (rows.length === 0) return { submissions: 0, screenshots: 0 };
      const ids = rows.map(({ id }) => id);
      const marks = placeholders(ids);
      const screenshots = await session.query<{ store: string }>(
        `SELECT store FROM feedback_screenshots WHERE tenant_id = $1 AND feedback_id IN (${marks})`,
        [tenantId, ...ids],
      );
      if (screenshots.some(({ store }) => store !== 'database')) {
        await session.query(
          `INSERT INTO blob_deletions (id, tenant_id, store, created_at) SELECT id, tenant_id, store, created_at FROM feedback_screenshots ` +
            `WHERE tenant_id = $1 AND store <> 'database' AND feedback_id IN (${marks}) ON CONFLICT (id) DO NOTHING`,
          [tenantId, ...ids],
        );
      }
      const deleted = await session.query(
        `DELETE FROM feedback_submissions WHERE tenant_id = $1 AND id IN (${marks}) RETURNING id`,
        [tenantId, ...ids],
      );
      return { submissions: deleted.length, screenshots: screenshots.length };
    });
  }
}
