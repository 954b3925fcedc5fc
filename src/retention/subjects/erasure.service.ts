import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, NotFoundError, sleep, type TenantContext, uuidv7 } from '../../common/index.js';
import { FeedbackLoopConfig } from '../../config/index.js';
import { SubjectTables } from '../../persistence/index.js';
import { ErasedRows } from './erased-rows.js';
import { ErasuresRepository } from './erasures.repository.js';
import type { ErasureCertificate } from './subject.js';
import { SubjectHashes } from './subject-hashes.js';

/** A record that was accepted before has been committed, or gone to a spool, after this long; as a rule. */
const IN_FLIGHT_MS = 2000;
const LEDGER = 'erasures.jsonl';

interface LedgerEntry {
  tenant_id: string;
  subject_hash: string;
  requested_at: number;
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
    private readonly config: FeedbackLoopConfig,
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
    await this.note({ tenant_id: tenant.tenantId, subject_hash: subjectHash, requested_at: now });
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
    await this.subjects.forget(tenant);
    const erasedAt = this.clock.now();
    const sum = added(before, removed);
    await this.repository.certify(tenant, subjectHash, sum, erasedAt);
    const certificate = { ...buried, removed: sum, erasedAt, found: true };
    await this.erasedRows.tell(tenant, certificate);
    return certificate;
  }

  /** Erases again who is in the ledger, after a restore. `path`: default, that of this server. Answers how many were found. */
  async reapply(path: string = this.ledgerPath): Promise<number> {
    const entries = (await readFile(path, 'utf8').catch(() => '')).split('\n').flatMap(toEntry);
    const wanted = new Set(entries.map(({ subject_hash }) => subject_hash));
    let found = 0;
    for (const tenantId of new Set(entries.map(({ tenant_id }) => tenant_id))) {
      const users = new Set<string>();
      for (const table of this.subjects.all)
        for await (const userId of this.repository.subjectsOf({ tenantId }, table))
          if (this.hashes.of({ tenantId }, userId).some((hash) => wanted.has(hash))) users.add(userId);
      for (const userId of users) {
        await this.erase({ tenantId }, userId);
        found += 1;
      }
      for (const { requested_at, subject_hash } of entries.filter(({ tenant_id }) => tenant_id === tenantId))
        await this.repository.bury(
          { tenantId },
          {
            subjectHash: subject_hash,
            certificateId: uuidv7(requested_at),
            now: Math.max(requested_at, this.clock.now()),
          },
        );
    }
    return found;
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
        const batch = await this.repository.erase(tenant, table, userId, acceptedBy);
        if (Object.keys(batch).length === 0) break;
        removed = added(removed, batch);
      }
    return removed;
  }

  /** A commit whose caller has been let go may end as late as its time-outs allow. */
  private lookAgain(tenant: TenantContext, userId: string, requestedAt: number): void {
    const { dbLockTimeoutMs, dbQueryTimeoutMs } = this.config;
    const again = (): Promise<unknown> => this.fromTables(tenant, userId, requestedAt).catch(() => undefined);
    setTimeout(() => void again(), 2 * (dbQueryTimeoutMs + dbLockTimeoutMs)).unref();
  }

  private get ledgerPath(): string {
    return join(this.config.dataDir, LEDGER);
  }

  private async note(entry: LedgerEntry): Promise<void> {
    await mkdir(this.config.dataDir, { recursive: true, mode: 0o700 });
    const file = await open(this.ledgerPath, 'a', 0o600);
    try {
      // On a line of its own, whatever a crash has left of the one before.
      await file.writeFile(`\n${JSON.stringify(entry)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

/** A line that a crash has torn is left out. */
function toEntry(line: string): LedgerEntry[] {
  try {
    return [JSON.parse(line) as LedgerEntry];
  } catch {
    return [];
  }
}

function added(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a };
  for (const [store, n] of Object.entries(b)) sum[store] = (sum[store] ?? 0) + n;
  return sum;
}
