import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, uuidv7 } from '#kernel';
import { ErasureLedger, type LedgerEntry, WHOLE_TENANT } from './erasure-ledger.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { LocalErasure } from './local-erasure.service.js';
import { SubjectHashes } from './subject-hashes.service.js';
import { TableErasure } from './table-erasure.service.js';
import { TenantErasureService } from './tenant-erasure.service.js';

/** Applies the ledger of erasures again to a database that was restored from an earlier state. */
@Injectable()
export class ErasureReapplyService {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly hashes: SubjectHashes,
    private readonly ledger: ErasureLedger,
    private readonly tables: TableErasure,
    private readonly local: LocalErasure,
    private readonly tenants: TenantErasureService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Erases the rows that a restore brought back. Rows accepted after their subject's erasure are kept.
   *
   * @param paths ledgers of other servers, which are read in addition to this server's ledger
   * @returns the number of subjects and tenants that had come back
   * @throws the file system's error if a ledger cannot be read
   */
  async reapply(paths: readonly string[] = []): Promise<number> {
    const entries = await this.ledger.read();
    for (const path of paths) for (const entry of await this.ledger.read(path)) entries.push(entry);
    await this.ledger.append(entries);
    let found = 0;
    for (const tenantId of new Set(entries.map(({ tenant_id }) => tenant_id))) {
      const tenant = { tenantId };
      const requests = latestRequests(entries.filter(({ tenant_id }) => tenant_id === tenantId));
      for (const [subjectHash, now] of requests)
        await this.repository.writeTombstone(tenant, { subjectHash, certificateId: uuidv7(now), now });
      const tenantRequest = requests.get(WHOLE_TENANT);
      if (tenantRequest !== undefined) {
        if (await this.tenants.eraseAgain(tenant, tenantRequest)) found += 1;
        continue;
      }
      for (const [userId, subjectHash] of await this.findReturnedSubjects(tenant, requests)) {
        const removed = await this.tables.erase(tenant, userId, requests.get(subjectHash));
        if (Object.keys(removed).length === 0) continue;
        found += 1;
        await this.repository.saveRemoval(tenant, subjectHash, removed, this.clock.now());
        await this.tables.clearCaches(tenant, removed);
      }
    }
    await this.local.remove();
    await this.local.compact();
    return found;
  }

  /** Counts the requests in this server's ledger that are missing in the database, as happens after a restore. */
  async countMissingRequests(): Promise<number> {
    const known = new Map<string, number>();
    for (const { requestedAt, subjectHash, tenantId } of await this.repository.tombstonesSince(0))
      known.set(`${tenantId} ${subjectHash}`, requestedAt);
    const entries = await this.ledger.read();
    // A tenant that was erased as a whole needs no tombstones of single subjects.
    return entries.filter(
      ({ requested_at, subject_hash, tenant_id }) =>
        (known.get(`${tenant_id} ${subject_hash}`) ?? -1) < requested_at &&
        (known.get(`${tenant_id} ${WHOLE_TENANT}`) ?? -1) < requested_at,
    ).length;
  }

  /**
   * Returns the subjects that are both in the database and in the ledger, with the hash by which the ledger knows them.
   */
  private async findReturnedSubjects(
    tenant: TenantContext,
    requests: ReadonlyMap<string, number>,
  ): Promise<Map<string, string>> {
    const users = new Map<string, string>();
    for await (const userId of this.tables.userIds(tenant)) {
      const hash = this.hashes.of(tenant, userId).find((each) => requests.has(each));
      if (hash !== undefined) users.set(userId, hash);
    }
    return users;
  }
}

/** Returns the latest request of each subject, in milliseconds since 1970. */
function latestRequests(entries: readonly LedgerEntry[]): Map<string, number> {
  const requests = new Map<string, number>();
  for (const { requested_at, subject_hash } of entries)
    requests.set(subject_hash, Math.max(requested_at, requests.get(subject_hash) ?? 0));
  return requests;
}
