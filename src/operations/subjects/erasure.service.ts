import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, NotFoundError, sleep, type TenantContext, uuidv7 } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { SubjectTables } from '#persistence';
import { Compaction } from '#retention';
import { ErasedRows } from './erased-rows.js';
import { ErasureLedger, type LedgerEntry, WHOLE_TENANT } from './erasure-ledger.js';
import { ErasuresRepository } from './erasures.repository.js';
import type { ErasureCertificate } from './subject.js';
import { SubjectHashes } from './subject-hashes.js';
import { TenantErasureService } from './tenant-erasure.service.js';

/** A record that was accepted before has been committed, or gone to a spool, after this long; as a rule. */
const IN_FLIGHT_MS = 2000;
const MOST_ATTEMPTS = 5;
const DEADLOCK_PAUSE_MS = 200;

/** What erasing stands in. */
@Injectable()
export class ErasureFrame {
  constructor(
    readonly config: FeedbackLoopConfig,
    readonly ledger: ErasureLedger,
    readonly tenants: TenantErasureService,
    readonly compaction: Compaction,
  ) {}
}

/**
 * Erases data subjects, from every store.
 *
 * - a tombstone first, so that what is still on its way is held up; then all rows and what belongs to them, twice, since a record that was
 *   being committed may come after the first pass; then spool, dead letters, archive and caches
 * - the certificate says what was removed and names nobody; asking again gives the same one, and removes what has come since
 * - the ledger is a file beside the data and not in a backup of the database: after a restore it is applied again
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly subjects: SubjectTables,
    private readonly hashes: SubjectHashes,
    private readonly erasedRows: ErasedRows,
    private readonly places: ErasureFrame,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes at least two seconds. @throws NotFoundError when nothing is known of the subject; that it was asked for is kept all the same */
  async erase(tenant: TenantContext, userId: string): Promise<ErasureCertificate> {
    const now = this.clock.now();
    const [subjectHash, ...older] = this.hashes.of(tenant, userId);
    const known = await this.repository.find(tenant, [subjectHash, ...older]);
    const buried = await this.repository.bury(tenant, {
      subjectHash,
      certificateId: known?.certificateId ?? uuidv7(now),
      now,
    });
    await this.places.ledger.note([{ tenant_id: tenant.tenantId, subject_hash: subjectHash, requested_at: now }]);
    const before = known?.removed ?? buried.removed;
    const fromTables = await this.fromTablesTwice(tenant, userId);
    // Noted at once: what fails behind it must not make a repetition forget what is gone.
    if (Object.keys(fromTables).length > 0)
      await this.repository.certify(tenant, subjectHash, added(before, fromTables), this.clock.now());
    this.lookAgain(tenant, userId, now);
    const removed = added(fromTables, await this.erasedRows.removeHere());
    if (Object.keys(removed).length === 0) {
      if (known?.found) return known;
      throw new NotFoundError('The subject');
    }
    await this.subjects.forget(tenant, removed);
    await this.places.compaction.quietly();
    const erasedAt = this.clock.now();
    const sum = added(before, removed);
    await this.repository.certify(tenant, subjectHash, sum, erasedAt);
    const certificate = { ...buried, removed: sum, erasedAt, found: true };
    await this.erasedRows.tell(tenant, certificate);
    return certificate;
  }

  /**
   * Erases again, after a restore, what was accepted before somebody in the ledger was erased; what came later is kept. `paths`: ledgers of
   * other servers, beside that of this one. Answers how many subjects and tenants had come back.
   */
  async reapply(paths: readonly string[] = []): Promise<number> {
    const entries = await this.places.ledger.read();
    for (const path of paths) for (const entry of await this.places.ledger.read(path)) entries.push(entry);
    await this.places.ledger.note(entries);
    let found = 0;
    for (const tenantId of new Set(entries.map(({ tenant_id }) => tenant_id))) {
      const tenant = { tenantId };
      const requests = latest(entries.filter(({ tenant_id }) => tenant_id === tenantId));
      for (const [subjectHash, now] of requests)
        await this.repository.bury(tenant, { subjectHash, certificateId: uuidv7(now), now });
      const whole = requests.get(WHOLE_TENANT);
      if (whole !== undefined) {
        if (await this.places.tenants.eraseAgain(tenant, whole)) found += 1;
        continue;
      }
      for (const [userId, subjectHash] of await this.returned(tenant, requests)) {
        const removed = await this.fromTables(tenant, userId, requests.get(subjectHash));
        if (Object.keys(removed).length === 0) continue;
        found += 1;
        await this.repository.certify(tenant, subjectHash, removed, this.clock.now());
        await this.subjects.forget(tenant, removed);
      }
    }
    await this.erasedRows.removeHere();
    await this.places.compaction.quietly();
    return found;
  }

  /** How many requests of this server's ledger the database does not know of: more than none after a restore. */
  async forgottenRequests(): Promise<number> {
    const known = new Map<string, number>();
    for (const { requestedAt, subjectHash, tenantId } of await this.repository.tombstonesSince(0))
      known.set(`${tenantId} ${subjectHash}`, requestedAt);
    const entries = await this.places.ledger.read();
    // Of a tenant that was erased as a whole, subjects need not be remembered.
    return entries.filter(
      ({ requested_at, subject_hash, tenant_id }) =>
        (known.get(`${tenant_id} ${subject_hash}`) ?? -1) < requested_at &&
        (known.get(`${tenant_id} ${WHOLE_TENANT}`) ?? -1) < requested_at,
    ).length;
  }

  /** Subjects that are there and in the ledger, with the hash that it knows them by. */
  private async returned(tenant: TenantContext, requests: ReadonlyMap<string, number>): Promise<Map<string, string>> {
    const users = new Map<string, string>();
    for (const table of this.subjects.all)
      for await (const userId of this.repository.subjectsOf(tenant, table)) {
        const hash = this.hashes.of(tenant, userId).find((each) => requests.has(each));
        if (hash !== undefined) users.set(userId, hash);
      }
    return users;
  }

  private async fromTablesTwice(tenant: TenantContext, userId: string): Promise<Record<string, number>> {
    const removed = await this.fromTables(tenant, userId);
    await sleep(IN_FLIGHT_MS);
    return added(removed, await this.fromTables(tenant, userId));
  }

  private async fromTables(
    tenant: TenantContext,
    userId: string,
    acceptedBy?: number,
  ): Promise<Record<string, number>> {
    let removed: Record<string, number> = {};
    for (const table of this.subjects.all)
      for (;;) {
        const batch = await again(() => this.repository.erase(tenant, table, userId, acceptedBy));
        if (Object.keys(batch).length === 0) break;
        removed = added(removed, batch);
      }
    return removed;
  }

  /** A commit whose caller has been let go may end as late as its time-outs allow. */
  private lookAgain(tenant: TenantContext, userId: string, requestedAt: number): void {
    const { dbLockTimeoutMs, dbQueryTimeoutMs } = this.places.config;
    const again = async (): Promise<void> => {
      const removed = await this.fromTables(tenant, userId, requestedAt);
      if (Object.keys(removed).length > 0) await this.subjects.forget(tenant, removed);
    };
    setTimeout(() => void again().catch(() => undefined), 2 * (dbQueryTimeoutMs + dbLockTimeoutMs)).unref();
  }
}

/** Two erasures may each hold what the other wants: PostgreSQL ends one of them, which has changed nothing and is tried again. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      if (attempt >= MOST_ATTEMPTS || !isDeadlock(error)) throw error;
      await sleep(Math.random() * DEADLOCK_PAUSE_MS);
    }
}

function isDeadlock(error: unknown): boolean {
  for (let each = error as { code?: unknown; cause?: unknown } | undefined; each; each = each.cause as typeof each)
    if (each.code === '40P01') return true;
  return false;
}

/** The latest request of each subject, milliseconds since 1970. */
function latest(entries: readonly LedgerEntry[]): Map<string, number> {
  const requests = new Map<string, number>();
  for (const { requested_at, subject_hash } of entries)
    requests.set(subject_hash, Math.max(requested_at, requests.get(subject_hash) ?? 0));
  return requests;
}

function added(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a };
  for (const [store, n] of Object.entries(b)) sum[store] = (sum[store] ?? 0) + n;
  return sum;
}
