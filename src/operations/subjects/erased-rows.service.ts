import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ReplayGuards } from '#ingest';
import { Metrics } from '#observability';
import type { BulkRow } from '#persistence';
import { WHOLE_TENANT } from './erasure-ledger.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { ErasedPredictions } from './erased-predictions.js';
import { SubjectHashes } from './subject-hashes.service.js';

/**
 * Keeps records of erased subjects out of the database: rows accepted before the erasure are not replayed from a spool.
 */
@Injectable()
export class ErasedRows implements OnModuleInit {
  private readonly dropped;
  private readonly predictions = new ErasedPredictions();

  constructor(
    private readonly repository: ErasuresRepository,
    private readonly hashes: SubjectHashes,
    private readonly guards: ReplayGuards,
    metrics: Metrics,
  ) {
    this.dropped = metrics.counter('erased_rows_dropped_total', 'Records of erased subjects that were not replayed.');
  }

  onModuleInit(): void {
    this.guards.register(async (rows) => {
      const found = await this.findIn(rows);
      if (found.size > 0) this.dropped.inc(found.size);
      return found;
    });
  }

  /** Returns the rows whose subject, or whose whole tenant, was erased after they were accepted. */
  async findIn(rows: readonly BulkRow[]): Promise<ReadonlySet<BulkRow>> {
    const found = new Set<BulkRow>();
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
        const request = Math.max(-1, ...hashes.map((hash) => requests.get(hash) ?? -1));
        // Written so that a row without a readable time of acceptance is kept: comparing with NaN is false.
        if (!(request >= acceptedAt(row))) continue;
        found.add(row);
        this.predictions.add(tenantId, row, request);
      }
      for (const row of tenantRows) if (this.predictions.refersToErased(tenantId, row, acceptedAt(row))) found.add(row);
    }
    return found;
  }
}

/** Returns when a row was accepted, in milliseconds since 1970; each kind of record has its own name for it. */
function acceptedAt(row: BulkRow): number {
  const value = row.recorded_at ?? row.accepted_at ?? row.created_at;
  return typeof value === 'number' ? value : Date.parse(String(value));
}
