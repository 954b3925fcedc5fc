import { placeholders, StoredTables, type SubjectTable, UnitOfWork, type WriteSession } from '#persistence';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { ErasureCertificate } from './subject.js';
import { batchNames, deliveryNames, shortenedBatch } from './delivery-copies.js';

const BATCH = 200;

interface Row {
  tenant_id: string;
  subject_hash: string;
  certificate_id: string;
  requested_at: unknown;
  erased_at: unknown;
  found: unknown;
  removed: unknown;
}

/** A tombstone: identifies an erased subject by its hash. `requestedAt`: milliseconds since 1970. */
export interface Tombstone {
  tenantId: string;
  subjectHash: string;
  requestedAt: number;
}

/** One transaction of an erasure, and the number of rows it has removed so far, by store. */
interface Erasing {
  session: WriteSession;
  tenant: TenantContext;
  removed: Record<string, number>;
}

/** Stores tombstones and certificates of erased subjects, and erases their rows. */
@Injectable()
export class ErasuresRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tables: StoredTables,
  ) {}

  /** Returns the certificate of a subject, looked up by its hashes; prefers one for which records were found. */
  async find(tenant: TenantContext, hashes: readonly string[]): Promise<ErasureCertificate | undefined> {
    const marks = placeholders(hashes);
    const row = await this.unitOfWork.find<Row>(
      tenant,
      `SELECT * FROM erasures WHERE tenant_id = $1 AND subject_hash IN (${marks}) ORDER BY found DESC LIMIT 1`,
      hashes,
    );
    return row && this.toCertificate(row);
  }

  /**
   * Writes a tombstone, or updates the time of an existing one. Must happen before any deletion: from then on, all
   * servers refuse the records that are still in flight.
   */
  async writeTombstone(
    tenant: TenantContext,
    { certificateId, now, subjectHash }: { subjectHash: string; certificateId: string; now: number },
  ): Promise<ErasureCertificate> {
    const time = this.unitOfWork.dialect.time(now);
    const rows = await this.unitOfWork.write((session) =>
      session.query<Row>(
        'INSERT INTO erasures (tenant_id, subject_hash, certificate_id, requested_at, erased_at, found, removed) ' +
          `VALUES ($1, $2, $3, $4, $4, ${this.unitOfWork.dialect.name === 'sqlite' ? '0' : 'false'}, '{}') ` +
          'ON CONFLICT (tenant_id, subject_hash) DO UPDATE SET requested_at = CASE WHEN excluded.requested_at > erasures.requested_at ' +
          'THEN excluded.requested_at ELSE erasures.requested_at END RETURNING *',
        [tenant.tenantId, subjectHash, certificateId, time],
      ),
    );
    return this.toCertificate(rows[0] as Row);
  }

  /** Completes a certificate with the removed rows, by store. `now`: milliseconds since 1970. */
  async saveRemoval(
    tenant: TenantContext,
    subjectHash: string,
    removed: Record<string, number>,
    now: number,
  ): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        `UPDATE erasures SET found = ${this.unitOfWork.dialect.name === 'sqlite' ? '1' : 'true'}, removed = $3, erased_at = $4 WHERE tenant_id = $1 AND subject_hash = $2`,
        [tenant.tenantId, subjectHash, JSON.stringify(removed), this.unitOfWork.dialect.time(now)],
      ),
    );
  }

  /**
   * Returns the tombstones requested at or after `since` (milliseconds since 1970).
   * @acrossTenants every server applies all erasures to its own spool
   */
  async tombstonesSince(since: number): Promise<Tombstone[]> {
    const { dialect } = this.unitOfWork;
    const rows = await this.unitOfWork.readAcrossTenants<Row>('SELECT * FROM erasures WHERE requested_at >= $1', [
      dialect.time(since),
    ]);
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      subjectHash: row.subject_hash,
      requestedAt: dialect.readTime(row.requested_at),
    }));
  }

  /** Returns the time of the latest request (milliseconds since 1970), by hash. */
  async requestTimesOf(tenant: TenantContext, hashes: readonly string[]): Promise<Map<string, number>> {
    const marks = placeholders(hashes);
    const rows = await this.unitOfWork.findAll<Row>(
      tenant,
      `SELECT * FROM erasures WHERE tenant_id = $1 AND subject_hash IN (${marks})`,
      hashes,
    );
    return new Map(rows.map((row) => [row.subject_hash, this.unitOfWork.dialect.readTime(row.requested_at)]));
  }

  /** Returns the distinct subjects of a table. */
  async *subjectsOf(tenant: TenantContext, { table }: SubjectTable): AsyncGenerator<string> {
    for (let after = ''; ;) {
      const rows = await this.unitOfWork.read<{ user_id: string }>(
        tenant,
        `SELECT DISTINCT user_id FROM ${table} WHERE tenant_id = $1 AND user_id > $2 ORDER BY user_id LIMIT 1000`,
        [after],
      );
      for (const { user_id } of rows) yield user_id;
      const last = rows.at(-1);
      if (!last) return;
      after = last.user_id;
    }
  }

  /**
   * Deletes one batch of a subject's rows, and the rows that depend on them, in one transaction.
   *
   * @param acceptedBy deletes only rows that were accepted by then, in milliseconds since 1970
   * @returns the number of deleted rows by store; empty once no row is left
   */
  async erase(
    tenant: TenantContext,
    table: SubjectTable,
    userId: string,
    acceptedBy?: number,
  ): Promise<Record<string, number>> {
    const { tenantId } = tenant;
    return this.unitOfWork.write(async (session) => {
      const rows = await session.query<{ id: string }>(
        `SELECT id FROM ${table.table} WHERE tenant_id = $1 AND user_id = $2` +
          `${acceptedBy === undefined ? '' : ` AND ${table.accepted} <= $3`} LIMIT ${BATCH}`,
        [tenantId, userId, ...(acceptedBy === undefined ? [] : [this.unitOfWork.dialect.time(acceptedBy)])],
      );
      const removed: Record<string, number> = {};
      if (rows.length > 0)
        await this.eraseRows(
          { session, tenant, removed },
          table,
          rows.map(({ id }) => id),
        );
      return removed;
    });
  }

  private async eraseRows(erasing: Erasing, table: SubjectTable, ids: readonly string[]): Promise<void> {
    const { removed, session, tenant } = erasing;
    const { tenantId } = tenant;
    const list = placeholders(ids);
    const remove = async (
      store: string,
      from: string,
      where: string,
      returning: string,
    ): Promise<Record<string, unknown>[]> => {
      const deleted = await session.query<Record<string, unknown>>(
        `DELETE FROM ${from} WHERE tenant_id = $1 AND ${where} RETURNING ${returning}`,
        [tenantId, ...ids],
      );
      if (deleted.length > 0) removed[store] = (removed[store] ?? 0) + deleted.length;
      return deleted;
    };
    for (const { column, table: name, where } of table.dependents ?? []) {
      const dependentRows = await session.query<{ id: string }>(
        `SELECT id FROM ${name} WHERE tenant_id = $1 AND user_id IS NULL AND ${where} AND ${column} IN (${list})`,
        [tenantId, ...ids],
      );
      const dependent = this.tables.subjects.find((each) => each.table === name);
      for (let i = 0; dependent && i < dependentRows.length; i += BATCH)
        await this.eraseRows(
          erasing,
          dependent,
          dependentRows.slice(i, i + BATCH).map(({ id }) => id),
        );
    }
    if (table.before) await session.query(table.before(list), [tenantId, ...ids]);
    const children: string[] = [];
    for (const child of table.children)
      for (const row of await remove(
        child.store,
        child.table,
        child.matching?.(list) ?? `${child.column} IN (${list})`,
        child.key ?? 'id',
      ))
        children.push(String(row[child.key ?? 'id']));
    await remove('aliases', 'record_aliases', `record_id IN (${list})`, 'tenant_id');
    // Stored responses and webhook deliveries may repeat the content of these rows.
    const referencedIds = [...ids, ...children];
    for (let i = 0; i < referencedIds.length; i += BATCH) {
      const batch = referencedIds.slice(i, i + BATCH);
      await this.deleteIdempotentResponses(session, tenantId, batch, removed);
      await this.deleteDeliveries(session, tenantId, batch, removed);
    }
    const hook = this.tables.eraseHookOf(table.table);
    const deleted = await remove(table.store, table.table, `id IN (${list})`, hook?.columns.join(', ') ?? 'tenant_id');
    if (hook) await hook.run(session, tenant, deleted);
  }

  /**
   * Deletes responses that are kept for an `Idempotency-Key`, because they may repeat the content of the erased rows.
   */
  private async deleteIdempotentResponses(
    session: WriteSession,
    tenantId: string,
    ids: readonly string[],
    removed: Record<string, number>,
  ): Promise<void> {
    const marks = placeholders(ids);
    const namesRecord =
      this.unitOfWork.dialect.name === 'sqlite'
        ? `EXISTS (SELECT 1 FROM json_each(record_ids) WHERE value IN (${marks}))`
        : `record_ids ?| ARRAY[${marks}]::text[]`;
    const deleted = await session.query(
      `DELETE FROM idempotency_keys WHERE tenant_id = $1 AND ${namesRecord} RETURNING tenant_id`,
      [tenantId, ...ids],
    );
    if (deleted.length > 0) removed.idempotency_answers = (removed.idempotency_answers ?? 0) + deleted.length;
  }

  /** Deletes webhook deliveries about the erased rows, both sent and pending. */
  private async deleteDeliveries(
    session: WriteSession,
    tenantId: string,
    ids: readonly string[],
    removed: Record<string, number>,
  ): Promise<void> {
    const marks = placeholders(ids);
    const deleted = await session.query(
      `DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND ${deliveryNames(marks)} RETURNING tenant_id`,
      [tenantId, ...ids],
    );
    // A batch also reports other people, so that only the erased ids leave it.
    const shortened = await session.query(
      `UPDATE webhook_deliveries SET data = ${shortenedBatch(this.unitOfWork.dialect.name, marks)} ` +
        `WHERE tenant_id = $1 AND ${batchNames(this.unitOfWork.dialect.name, marks)} RETURNING tenant_id`,
      [tenantId, ...ids],
    );
    const count = deleted.length + shortened.length;
    if (count > 0) removed.webhook_deliveries = (removed.webhook_deliveries ?? 0) + count;
  }

  private toCertificate(row: Row): ErasureCertificate {
    const { readBoolean, readJson, readTime } = this.unitOfWork.dialect;
    return {
      certificateId: row.certificate_id,
      subjectHash: row.subject_hash,
      erasedAt: readTime(row.erased_at),
      removed: readJson<Record<string, number>>(row.removed) ?? {},
      found: readBoolean(row.found),
    };
  }
}
