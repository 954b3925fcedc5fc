import { Inject, Injectable } from '@nestjs/common';
import { AppError, type TenantContext } from '#kernel';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';

/** A row of one tenant was about to reach another. This is a bug, stopped before the row is visible. */
export class TenantMismatchError extends AppError {
  constructor() {
    super({
      code: 'tenant_mismatch',
      status: 500,
      title: 'Internal error',
      detail: 'An unexpected error occurred. Find it in the log by the correlation id.',
      remedy: 'Report this: it is a bug in the server. Nothing was shown or stored.',
    });
  }
}

/**
 * The second barrier between tenants, after the conditions in the statements. Every row that is stored, and every row
 * that is returned with a tenant, must belong to the caller; otherwise the check throws, counts and logs.
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
    // Prometheus sees no increase in a series that starts with its first count, so the alert would not fire.
    for (const direction of ['entering', 'leaving']) this.mismatches.inc({ direction }, 0);
  }

  /** Checks rows as they are stored, including `tenant_id`. @throws TenantMismatchError */
  entering({ tenantId }: TenantContext, rows: readonly Readonly<Record<string, unknown>>[]): void {
    for (const row of rows) if (row.tenant_id !== tenantId) this.refuse(tenantId, 'entering');
  }

  /**
   * Checks rows that are returned. Aggregates have no tenant; a row with one must have this one.
   * @throws TenantMismatchError
   */
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
