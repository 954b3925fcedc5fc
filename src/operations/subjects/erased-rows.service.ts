import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ServerClock } from '#kernel';
import { type ClockOf, ReplayGuards } from '#ingest';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import type { BulkRow } from '#persistence';
import { WHOLE_TENANT } from './erasure-ledger.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { ErasedPredictions } from './erased-predictions.js';
import { SubjectHashes } from './subject-hashes.service.js';

const NEVER = -1;
const UNKNOWN: ClockOf = () => undefined;

/**
 * Keeps records of erased subjects out of the database: rows accepted before the erasure are not replayed from a spool.
 *
 * - when the clock of the accepting server was too uncertain to tell which came first, the erasure wins. Such rows are
 *   counted and logged
 */
@Injectable()
export class ErasedRows implements OnModuleInit {
  private readonly dropped;
  private readonly doubtful;
  private readonly predictions = new ErasedPredictions();

  constructor(
    private readonly repository: ErasuresRepository,
    private readonly hashes: SubjectHashes,
    private readonly guards: ReplayGuards,
    private readonly clock: ServerClock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.dropped = metrics.counter('erased_rows_dropped_total', 'Records of erased subjects that were not replayed.');
    this.doubtful = metrics.counter(
      'erased_rows_doubtful_total',
      'Erased records whose time of acceptance is too uncertain to tell whether it came before the erasure.',
    );
  }

  onModuleInit(): void {
    this.guards.register(async (rows, clockOf) => {
      const found = await this.findIn(rows, clockOf);
      if (found.size > 0) this.dropped.inc(found.size);
      return found;
    });
  }

  /** Returns the rows whose subject, or whose whole tenant, was erased after they were accepted. */
  async findIn(rows: readonly BulkRow[], clockOf: ClockOf = UNKNOWN): Promise<ReadonlySet<BulkRow>> {
    const found = new Set<BulkRow>();
    const earliest = (row: BulkRow): number => acceptedAt(row) - this.marginOf(clockOf(row));
    let doubtful = 0;
    const tenants = new Set(rows.flatMap(({ tenant_id }) => (typeof tenant_id === 'string' ? tenant_id : [])));
    for (const tenantId of tenants) {
      const tenantRows = rows.filter(({ tenant_id }) => tenant_id === tenantId);
      const owned = tenantRows.filter(({ user_id }) => typeof user_id === 'string');
      const byRow = new Map(owned.map((row) => [row, this.hashes.of({ tenantId }, String(row.user_id))]));
      const requests = await this.repository.requestTimesOf({ tenantId }, [
        WHOLE_TENANT,
        ...new Set([...byRow.values()].flat()),
      ]);
      if (requests.has(WHOLE_TENANT)) for (const row of tenantRows) found.add(row);
      for (const [row, hashes] of byRow) {
        const request = Math.max(...hashes.map((hash) => requests.get(hash) ?? NEVER));
        // Written so that a row without a readable time of acceptance is kept: comparing with NaN is false.
        if (request === NEVER || !(request >= earliest(row))) continue;
        if (request < acceptedAt(row)) doubtful += 1;
        found.add(row);
        this.predictions.add(tenantId, row, request);
      }
      for (const row of tenantRows) if (this.predictions.refersToErased(tenantId, row, earliest(row))) found.add(row);
    }
    if (doubtful > 0) this.reportDoubtful(doubtful);
    return found;
  }

  /** Milliseconds by which a row may have been accepted before the time it carries. */
  private marginOf(mark: ReturnType<ClockOf>): number {
    return mark ? this.clock.marginOf(mark) : 0;
  }

  private reportDoubtful(count: number): void {
    this.doubtful.inc(count);
    this.logger.warn(
      { count, remedy: 'Check the time service (NTP) of this server and of the database.' },
      'dropped records of erased subjects although they may have been accepted after the erasure',
    );
  }
}

/** Returns when a row was accepted, in milliseconds since 1970; each kind of record has its own name for it. */
function acceptedAt(row: BulkRow): number {
  const value = row.recorded_at ?? row.accepted_at ?? row.created_at;
  return typeof value === 'number' ? value : Date.parse(String(value));
}
