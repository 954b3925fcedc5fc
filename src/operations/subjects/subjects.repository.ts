import { Injectable } from '@nestjs/common';
import { formatTime, type TenantContext } from '#kernel';
import { type SubjectTable, UnitOfWork, StoredTables } from '#persistence';
import { FieldCipher } from '#secrets';

const PAGE = 200;
/** Internal columns that mean nothing to a data subject. */
const INTERNAL_COLUMNS = new Set(['tenant_id', 'input_hash', 'search_text', 'accepted_id']);

/** Reads the stored rows of a subject, decrypted. */
@Injectable()
export class SubjectsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tables: StoredTables,
    private readonly cipher: FieldCipher,
  ) {}

  /** Returns rows in order of id, a page at a time. */
  async *rows(tenant: TenantContext, table: SubjectTable, userId: string): AsyncGenerator<Record<string, unknown>[]> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await this.unitOfWork.read<Record<string, unknown>>(
        tenant,
        `SELECT * FROM ${table.table} WHERE tenant_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT ${PAGE}`,
        [userId, after],
      );
      if (rows.length === 0) return;
      yield rows.map((row) => this.decrypt(tenant, table.table, row));
      after = String(rows.at(-1)?.id);
    }
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
    return Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => !INTERNAL_COLUMNS.has(name))
        .map(([name, value]) => [name, toPlainValue(name, value)]),
    );
  }
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
