import { Inject, Injectable } from '@nestjs/common';
import { NotFoundError, ServerClock, type TenantContext, uuidv7 } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { Announcements } from '#persistence';
import { ErasureLedger } from './erasure-ledger.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { LocalErasure } from './local-erasure.service.js';
import type { ErasureCertificate } from './subject.js';
import { SubjectHashes } from './subject-hashes.service.js';
import { IN_FLIGHT_MS, sumOf, TableErasure } from './table-erasure.service.js';

/**
 * Erases data subjects from every store.
 *
 * - Writes a tombstone first, which stops records that are still in flight. Then erases all rows and their dependents,
 *   twice, because a record that was being committed may arrive after the first pass. Then erases from the spool, the
 *   dead letters, the archive and the caches.
 * - Returns a certificate that lists what was removed and identifies no one. A repeated request returns the same
 *   certificate, and removes the records that have arrived since.
 * - Records the request in a ledger file beside the data, outside any database backup, for use after a restore.
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly hashes: SubjectHashes,
    private readonly ledger: ErasureLedger,
    private readonly tables: TableErasure,
    private readonly local: LocalErasure,
    private readonly announcements: Announcements,
    private readonly clock: ServerClock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * Erases a subject. Takes at least two seconds.
   *
   * @throws NotFoundError (404) if the subject is unknown; the request is still recorded
   */
  async erase(tenant: TenantContext, userId: string): Promise<ErasureCertificate> {
    const now = this.clock.now();
    // Erases what may have been accepted before by a clock that differs. The second pass reaches further anyway.
    const requestedAt = now + Math.ceil(Math.min(this.clock.uncertaintyMs, IN_FLIGHT_MS));
    const [subjectHash, ...previous] = this.hashes.of(tenant, userId);
    const known = await this.repository.find(tenant, [subjectHash, ...previous]);
    const tombstone = await this.repository.writeTombstone(tenant, {
      subjectHash,
      certificateId: known?.certificateId ?? uuidv7(now),
      now: requestedAt,
    });
    await this.ledger.append([{ tenant_id: tenant.tenantId, subject_hash: subjectHash, requested_at: requestedAt }]);
    const before = known?.removed ?? tombstone.removed;
    const fromTables = await this.tables.eraseTwice(tenant, userId);
    // Recorded immediately. Otherwise, if a later step failed, a repeated request would not count these rows.
    if (Object.keys(fromTables).length > 0)
      await this.repository.saveRemoval(tenant, subjectHash, sumOf(before, fromTables), this.clock.now());
    this.tables.eraseLater(tenant, userId, requestedAt);
    const removed = sumOf(fromTables, await this.local.remove());
    if (Object.keys(removed).length === 0) {
      if (known?.found) return known;
      throw new NotFoundError('The subject');
    }
    await this.tables.clearCaches(tenant, removed);
    await this.local.compact();
    const erasedAt = this.clock.now();
    const sum = sumOf(before, removed);
    await this.repository.saveRemoval(tenant, subjectHash, sum, erasedAt);
    const certificate = { ...tombstone, removed: sum, erasedAt, found: true };
    await this.publish(tenant, certificate);
    return certificate;
  }

  /** Publishes `subject.erased` without identifying the subject. */
  private async publish(tenant: TenantContext, { certificateId, removed }: ErasureCertificate): Promise<void> {
    await this.announcements
      .announce(tenant, { type: 'subject.erased', data: { certificate_id: certificateId, removed } })
      .catch((error: unknown) => this.logger.warn({ err: error }, 'failed to publish an erasure'));
  }
}
