import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Clock, CLOCK, DAY_MS, type TenantContext } from '#kernel';
import { ReplayGuards, SpoolService } from '#ingest';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { Announcements, type BulkRow, DatabaseSupervisor } from '#persistence';
import { ArchiveErasure } from './archive-erasure.js';
import { ErasureLedger, type LedgerEntry, WHOLE_TENANT } from './erasure-ledger.js';
import { GoneRecords } from './gone-records.js';
import { ErasuresRepository, type Tombstone } from './erasures.repository.js';
import { SubjectHashes } from './subject-hashes.js';

const LOOK_EVERY_MS = 60_000;
/** What a server may have missed while it was off. */
const FIRST_LOOK_BACK_MS = 400 * DAY_MS;
/** Two servers' clocks differ by less. */
const OVERLAP_MS = 300_000;

/** What of a server's own may hold rows of a subject. */
@Injectable()
export class ErasurePlaces {
  constructor(
    readonly guards: ReplayGuards,
    readonly spool: SpoolService,
    readonly archive: ArchiveErasure,
    readonly announcements: Announcements,
    readonly ledger: ErasureLedger,
    @Inject(APP_LOGGER) readonly logger: AppLogger,
  ) {}
}

/**
 * Sees to it that what was erased does not come back: rows of an erased subject that were accepted before are not replayed, and every server
 * takes them out of its own spool, dead letters and archive within a minute.
 */
@Injectable()
export class ErasedRows implements OnModuleInit {
  private readonly dropped;
  private readonly gone = new GoneRecords();
  private looked = 0;
  private running = false;

  constructor(
    private readonly repository: ErasuresRepository,
    private readonly hashes: SubjectHashes,
    private readonly places: ErasurePlaces,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.dropped = metrics.counter('erased_rows_dropped_total', 'Records of erased subjects that were not replayed.');
  }

  onModuleInit(): void {
    this.places.guards.register(async (rows) => {
      const found = await this.among(rows);
      if (found.size > 0) this.dropped.inc(found.size);
      return found;
    });
  }

  /** Rows whose subject was erased after they were accepted, or whose tenant was. */
  async among(rows: readonly BulkRow[]): Promise<ReadonlySet<BulkRow>> {
    const found = new Set<BulkRow>();
    const tenants = new Set(rows.flatMap(({ tenant_id }) => (typeof tenant_id === 'string' ? tenant_id : [])));
    for (const tenantId of tenants) {
      const theirs = rows.filter(({ tenant_id }) => tenant_id === tenantId);
      const owned = theirs.filter(({ user_id }) => typeof user_id === 'string');
      const byRow = new Map(owned.map((row) => [row, this.hashes.of({ tenantId }, String(row.user_id))]));
      const requests = await this.repository.requestsOf({ tenantId }, [
        WHOLE_TENANT,
        ...new Set([...byRow.values()].flat()),
      ]);
      if (requests.has(WHOLE_TENANT)) for (const row of theirs) found.add(row);
      for (const [row, hashes] of byRow) {
        const request = Math.max(-1, ...hashes.map((hash) => requests.get(hash) ?? -1));
        // Written so that a row of which nobody knows when it was accepted is kept.
        if (!(request >= acceptedAt(row))) continue;
        found.add(row);
        this.gone.add(tenantId, row, request);
      }
      for (const row of theirs) if (this.gone.isAbout(tenantId, row, acceptedAt(row))) found.add(row);
    }
    return found;
  }

  /** Tells whoever wants to know that a subject was erased; nobody can tell from it who. */
  async tell(
    tenant: TenantContext,
    { certificateId, removed }: { certificateId: string; removed: Record<string, number> },
  ): Promise<void> {
    await this.places.announcements
      .announce(tenant, { type: 'subject.erased', data: { certificate_id: certificateId, removed } })
      .catch((error: unknown) => this.places.logger.warn({ err: error }, 'an erasure could not be told of'));
  }

  /** Takes them out of what this server alone has. Answers how many, by store. */
  async removeHere(): Promise<Record<string, number>> {
    const spool = await this.places.spool.erase((rows) => this.among(rows));
    const archive = await this.places.archive.erase((rows) => this.among(rows));
    return { ...(spool > 0 ? { spool } : {}), ...(archive > 0 ? { archive } : {}) };
  }

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.running || !this.supervisor.isUp || !this.places.spool.isReadable) return;
    this.running = true;
    const now = this.clock.now();
    const since = this.looked === 0 ? now - FIRST_LOOK_BACK_MS : this.looked - OVERLAP_MS;
    try {
      const tombstones = await this.repository.tombstonesSince(since);
      await this.places.ledger.note(tombstones.map(toEntry));
      if (tombstones.length > 0) await this.removeHere();
      this.looked = now;
    } catch (error) {
      this.places.logger.warn(
        { err: error },
        'erased subjects could not be looked for; the next attempt is in a minute',
      );
    } finally {
      this.running = false;
    }
  }
}

function toEntry({ requestedAt, subjectHash, tenantId }: Tombstone): LedgerEntry {
  return { tenant_id: tenantId, subject_hash: subjectHash, requested_at: requestedAt };
}

/** Milliseconds; each kind of record calls it by another name. */
function acceptedAt(row: BulkRow): number {
  const value = row.recorded_at ?? row.accepted_at ?? row.created_at;
  return typeof value === 'number' ? value : Date.parse(String(value));
}
