import { Injectable } from '@nestjs/common';
import { formatTime, type TenantContext } from '#kernel';
import { placeholders, StoredTables, type SubjectTable, UnitOfWork } from '#persistence';
import { FieldCipher } from '#secrets';
import { batchNames, deliveryNames } from './delivery-copies.js';

const PAGE = 200;
const NIL_ID = '00000000-0000-0000-0000-000000000000';
/** Internal columns that mean nothing to a data subject. */
const INTERNAL_COLUMNS = new Set(['tenant_id', 'input_hash', 'search_text', 'accepted_id']);

/** The rows of one table that an erasure of the subject would remove. */
export interface SubjectRows {
  /** Name in certificates and exports. */
  store: string;
  table: string;
  /** Column that identifies the rows. */
  key: string;
  ids: Set<string>;
}

/** Number of stored responses and webhook deliveries that repeat the content of a subject's rows. */
export type CopiesOfRows = Record<'idempotency_answers' | 'webhook_deliveries', number>;

/**
 * Reads the stored rows of a subject, decrypted. Walks the same declarations as the erasure (`StoredTables.subjects`),
 * so that an export holds what an erasure removes.
 */
@Injectable()
export class SubjectsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tables: StoredTables,
    private readonly cipher: FieldCipher,
  ) {}

  /** Returns the rows of the subject by table: its own, and those that are removed with them. */
  async find(tenant: TenantContext, userId: string): Promise<SubjectRows[]> {
    const found = new Map<string, SubjectRows>();
    for (const table of this.tables.subjects)
      for (let after = NIL_ID; ;) {
        const rows = await this.unitOfWork.read<{ id: string }>(
          tenant,
          `SELECT id, tenant_id FROM ${table.table} WHERE tenant_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT ${PAGE}`,
          [userId, after],
        );
        const last = rows.at(-1);
        if (!last) break;
        await this.add(
          found,
          tenant,
          table,
          rows.map(({ id }) => id),
        );
        after = last.id;
      }
    return [...found.values()];
  }

  private async add(
    found: Map<string, SubjectRows>,
    tenant: TenantContext,
    table: SubjectTable,
    ids: readonly string[],
  ): Promise<void> {
    const list = placeholders(ids);
    const take = (store: string, name: string, key: string, keys: readonly string[]): void => {
      const rows = found.get(name) ?? { store, table: name, key, ids: new Set() };
      if (keys.length > 0) found.set(name, rows);
      for (const each of keys) rows.ids.add(each);
    };
    const select = async (name: string, key: string, where: string): Promise<string[]> => {
      const text = `SELECT ${key} AS found_key, tenant_id FROM ${name} WHERE tenant_id = $1 AND ${where}`;
      const rows = await this.unitOfWork.read<{ found_key: unknown }>(tenant, text, ids);
      return rows.map(({ found_key }) => String(found_key));
    };
    take(table.store, table.table, 'id', ids);
    for (const { column, key = 'id', matching, store, table: name } of table.children)
      take(store, name, key, await select(name, key, matching?.(list) ?? `${column} IN (${list})`));
    take('aliases', 'record_aliases', 'id', await select('record_aliases', 'id', `record_id IN (${list})`));
    for (const { column, table: name, where } of table.dependents ?? []) {
      const dependents = await select(name, 'id', `user_id IS NULL AND ${where} AND ${column} IN (${list})`);
      const dependent = this.tables.subjects.find((each) => each.table === name);
      for (let i = 0; dependent && i < dependents.length; i += PAGE)
        await this.add(found, tenant, dependent, dependents.slice(i, i + PAGE));
    }
  }

  /** Returns the rows in order of their ids, a page at a time. Names of other people are left out. */
  async *rows(tenant: TenantContext, found: SubjectRows, userId: string): AsyncGenerator<Record<string, unknown>[]> {
    const ids = [...found.ids].sort();
    for (let i = 0; i < ids.length; i += PAGE) {
      const page = ids.slice(i, i + PAGE);
      const rows = await this.unitOfWork.read<Record<string, unknown>>(
        tenant,
        `SELECT * FROM ${found.table} WHERE tenant_id = $1 AND ${found.key} IN (${placeholders(page)}) ORDER BY ${found.key}`,
        page,
      );
      if (rows.length > 0) yield rows.map((row) => withoutOthers(this.decrypt(tenant, found.table, row), userId));
    }
  }

  /** Counts the copies that an erasure removes with these rows. */
  async countCopies(tenant: TenantContext, found: readonly SubjectRows[]): Promise<CopiesOfRows> {
    const ids = found.flatMap((each) => [...each.ids]);
    const copies = { idempotency_answers: 0, webhook_deliveries: 0 };
    const isSqlite = this.unitOfWork.dialect.name === 'sqlite';
    const count = async (table: string, where: string, values: readonly string[]): Promise<number> => {
      const rows = await this.unitOfWork.read<{ n: number | string }>(
        tenant,
        `SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = $1 AND ${where}`,
        values,
      );
      return Number(rows[0]?.n ?? 0);
    };
    for (let i = 0; i < ids.length; i += PAGE) {
      const page = ids.slice(i, i + PAGE);
      const marks = placeholders(page);
      const named = isSqlite
        ? `EXISTS (SELECT 1 FROM json_each(record_ids) WHERE value IN (${marks}))`
        : `record_ids ?| ARRAY[${marks}]::text[]`;
      copies.idempotency_answers += await count('idempotency_keys', named, page);
      const reported = `(${deliveryNames(marks)} OR ${batchNames(this.unitOfWork.dialect.name, marks)})`;
      copies.webhook_deliveries += await count('webhook_deliveries', reported, page);
    }
    return copies;
  }

  private decrypt(tenant: TenantContext, table: string, row: Record<string, unknown>): Record<string, unknown> {
    const sealed = this.tables.sealed.find((each) => each.table === table);
    const { dialect } = this.unitOfWork;
    const kinds = new Map(
      this.tables.all.find(({ name }) => name === table)?.columns.map((each) => [each.name, each.kind]),
    );
    const toPlainValue = (name: string, value: unknown): unknown => {
      if (value === null || value === undefined) return null;
      const sealedColumn = sealed?.columns.find((column) => column.name === name);
      if (sealed && sealedColumn) {
        const place = { table, column: name, id: String(row[sealed.boundTo]) };
        const envelope = sealedColumn.kind === 'json' ? dialect.readJson<string>(value) : String(value);
        return envelope === null ? null : asJson(this.cipher.open(tenant, place, envelope));
      }
      const kind = kinds.get(name);
      if (kind === 'time') return formatTime(dialect.readTime(value));
      if (kind === 'boolean') return dialect.readBoolean(value);
      return kind === 'json' ? dialect.readJson(value) : value;
    };
    const names = this.tables.all.find(({ name }) => name === table)?.options.names ?? {};
    return Object.fromEntries(
      Object.entries(row)
        // Screenshots are files of the archive.
        .filter(([name, value]) => !INTERNAL_COLUMNS.has(name) && !(value instanceof Uint8Array))
        .map(([name, value]) => [names[name] ?? name, toPlainValue(name, value)]),
    );
  }
}

/** Removes the names of others, such as the rater of a vote on a prediction of the subject. */
function withoutOthers(row: Record<string, unknown>, userId: string): Record<string, unknown> {
  const isOfAnother = typeof row.user_id === 'string' && row.user_id !== userId;
  return isOfAnother ? { ...row, user_id: null, ...('rater' in row ? { rater: null } : {}) } : row;
}

/** Parses a text that is a JSON object or array. Returns any other text unchanged. */
function asJson(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
