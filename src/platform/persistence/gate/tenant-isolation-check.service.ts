import { Inject, Injectable } from '@nestjs/common';
import { AppError, type TenantContext } from '#kernel';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';

/** A row of one tenant on its way to or from another: a bug of ours, stopped before anybody sees it. */
export class TenantMismatchError extends AppError {
  constructor() {
    super({
      code: 'tenant_mismatch',
      status: 500,
      title: 'Internal error',
      detail: 'Something went wrong on our side. The correlation id finds it in the log.',
      remedy: 'Report this: it is a bug of the server. Nothing was shown or stored.',
    });
  }
}

/**
 * The second wall between tenants, behind the statements themselves: every row that enters, and every row that leaves and says whose it
 * is, must be the caller's. Throws, counts and logs.
 */
@Injectable()
export class TenantIsolationCheck {
  private readonly mismatches;

  constructor(
    metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.mismatches = metrics.counter('tenant_mismatch_total', 'Rows of another tenant that were stopped.', [
      'direction',
    ]);
    // A series that begins with its first count has never increased, and no alert sees it.
    for (const direction of ['entering', 'leaving']) this.mismatches.inc({ direction }, 0);
  }

  /** Rows as they are stored, `tenant_id` included. @throws TenantMismatchError */
  entering({ tenantId }: TenantContext, rows: readonly Readonly<Record<string, unknown>>[]): void {
    for (const row of rows) if (row.tenant_id !== tenantId) this.refuse(tenantId, 'entering');
  }

  /** Aggregates have no tenant; whatever names one must name this. @throws TenantMismatchError */
  leaving<Row>({ tenantId }: TenantContext, rows: Row[]): Row[] {
    for (const row of rows) {
      const owner = (row as { tenant_id?: unknown }).tenant_id;
      if (owner !== undefined && owner !== tenantId) this.refuse(tenantId, 'leaving');
    }
    return rows;
  }

  private refuse(tenantId: string, direction: 'entering' | 'leaving'): never {
    this.mismatches.inc({ direction });
    this.logger.error({ tenant_id: tenantId, reason: direction }, 'a row of another tenant was stopped');
    throw new TenantMismatchError();
  }
}
