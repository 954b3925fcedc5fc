import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { UnitOfWork, type SealedTable } from '#persistence';

export interface SealedRow {
  id: string;
  tenantId: string;
  /** The id that the ciphertext of the values is bound to. */
  boundTo: string;
  /** Values by column; only those that are not encrypted with the wanted key. */
  values: Record<string, string>;
}

/** Reads and replaces encrypted values of all tenants when the encryption key changes. */
@Injectable()
export class SealedValuesRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Counts values that are not encrypted with key `keyId`.
   * @acrossTenants a new key concerns all tenants
   */
  async countOther(table: SealedTable, keyId: string): Promise<number> {
    const sum = table.columns
      .map(({ name }) => `SUM(CASE WHEN ${this.other(table, name)} THEN 1 ELSE 0 END)`)
      .join(' + ');
    const rows = await this.unitOfWork.readAcrossTenants<{ count: unknown }>(
      `SELECT COALESCE(${sum}, 0) AS count FROM ${table.table}`,
      [`v1.${keyId}.%`],
    );
    return Number(rows[0]?.count ?? 0);
  }

  /**
   * Returns the next rows after id `after` with values that are not encrypted with key `keyId`, in the order of ids.
   * @acrossTenants a new key concerns all tenants
   */
  async nextOther(table: SealedTable, keyId: string, after: string, limit: number): Promise<SealedRow[]> {
    const names = table.columns.map(({ name }) => `${this.text(table, name)} AS ${name}`).join(', ');
    const conditions = table.columns.map(({ name }) => this.other(table, name)).join(' OR ');
    const rows = await this.unitOfWork.readAcrossTenants<Record<string, string | null>>(
      `SELECT id, tenant_id, ${table.boundTo ?? 'id'} AS bound_to, ${names} FROM ${table.table} WHERE id > $2 AND (${conditions}) ORDER BY id LIMIT $3`,
      [`v1.${keyId}.%`, after, limit],
    );
    return rows.map((row) => ({
      id: String(row.id),
      tenantId: String(row.tenant_id),
      boundTo: String(row.bound_to),
      values: Object.fromEntries(
        table.columns.flatMap(({ name }): [string, string][] => {
          const value = row[name];
          return value == null || value.startsWith(`v1.${keyId}.`) ? [] : [[name, value]];
        }),
      ),
    }));
  }

  /** Replaces `before` with `next`, unless the value was changed or erased meanwhile. */
  async replace(
    tenant: TenantContext,
    table: SealedTable,
    changes: readonly { id: string; column: string; before: string; next: string }[],
  ): Promise<void> {
    const json = new Set(table.columns.filter(({ kind }) => kind === 'json').map(({ name }) => name));
    await this.unitOfWork.write(async (session) => {
      for (const { before, column, id, next } of changes) {
        const value = json.has(column) ? this.jsonParameter('$1') : '$1';
        const stored = json.has(column) ? JSON.stringify(next) : next;
        await session.query(
          `UPDATE ${table.table} SET ${column} = ${value} WHERE tenant_id = $2 AND id = $3 AND ${this.text(table, column)} = $4`,
          [stored, tenant.tenantId, id, before],
        );
      }
    });
  }

  private other(table: SealedTable, name: string): string {
    return `(${name} IS NOT NULL AND ${this.text(table, name)} NOT LIKE $1)`;
  }

  /** Returns SQL for the envelope as text. In a JSON column, the envelope is a JSON string. */
  private text(table: SealedTable, name: string): string {
    const isJson = table.columns.some((column) => column.name === name && column.kind === 'json');
    if (!isJson) return name;
    return this.unitOfWork.dialect.name === 'sqlite' ? `json_extract(${name}, '$')` : `${name} #>> '{}'`;
  }

  private jsonParameter(mark: string): string {
    return this.unitOfWork.dialect.name === 'sqlite' ? mark : `CAST(${mark} AS jsonb)`;
  }
}
