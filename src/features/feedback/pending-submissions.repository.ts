import { Injectable } from '@nestjs/common';
import type { Position, TenantContext } from '#kernel';
import type { PendingItem } from '#labels';
import { UnitOfWork } from '#persistence';

export interface PendingSubmission extends PendingItem {
  predictionId: string;
}

/** Submissions that name a prediction which was not recorded yet. */
@Injectable()
export class PendingSubmissionsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Returns the next submissions that wait for their prediction, by time and id. `since` is in milliseconds since 1970.
   *
   * @acrossTenants one pass for the installation
   */
  async nextSubmissions(since: number, after: Position | undefined, limit: number): Promise<PendingSubmission[]> {
    const { dialect } = this.unitOfWork;
    const from = after ? ' AND (created_at, id) > ($3, $4)' : '';
    const rows = await this.unitOfWork.readAcrossTenants<{
      id: string;
      tenant_id: string;
      created_at: unknown;
      prediction_id: string;
    }>(
      `SELECT id, tenant_id, created_at, prediction_id FROM feedback_submissions WHERE link = 'pending' AND created_at >= $1${from} ` +
        'ORDER BY created_at, id LIMIT $2',
      [dialect.time(since), limit, ...(after ? [dialect.time(after.time), after.id] : [])],
    );
    return rows.map(({ created_at, id, prediction_id, tenant_id }) => ({
      id,
      tenantId: tenant_id,
      time: dialect.readTime(created_at),
      predictionId: prediction_id,
    }));
  }

  async linkSubmissions(tenant: TenantContext, links: readonly { id: string; predictionId: string }[]): Promise<void> {
    await this.unitOfWork.write(async (session) => {
      for (const { id, predictionId } of links)
        await session.query(
          `UPDATE feedback_submissions SET link = 'linked', prediction_id = $1 WHERE tenant_id = $2 AND id = $3 AND link = 'pending'`,
          [predictionId, tenant.tenantId, id],
        );
    });
  }
}
