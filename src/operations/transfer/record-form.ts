import { formatTime, isUuid, parseTime, type TenantContext, type FieldError, ValidationError } from '#kernel';
import { type BulkRow, type Dialect, type TransferRecord, type TransferTable } from '#persistence';
import type { FieldCipher } from '#secrets';
import type { Column, ColumnKind } from '#tabular';

interface FormField {
  /** In a file. */
  name: string;
  column: string;
  kind: ColumnKind | 'uuid';
  nullable: boolean;
  /** Characters at the most; undefined: without bound. */
  most: number | undefined;
  sealed: 'text' | 'json' | undefined;
}

/** What a line is read with. */
export interface RowContext {
  now: number;
  cipher: FieldCipher;
  /** Every field is a text, as in CSV. */
  texts: boolean;
  /** The id of a record without one, by its time; undefined: a new one. */
  idAt: (time: number) => string | undefined;
}

const MAX_TEXT_LENGTH = 1_000_000;

const FORM_KINDS: Record<TransferTable['columns'][number]['kind'], FormField['kind']> = {
  uuid: 'uuid',
  time: 'time',
  boolean: 'boolean',
  integer: 'integer',
  count: 'integer',
  sum: 'text',
  double: 'double',
  json: 'json',
  text: 'text',
  bytes: 'text',
};

/** How rows of one table look in a file, and how a line of a file becomes a row. */
export class RecordForm {
  private readonly fields: FormField[];
  private readonly boundTo: string;
  /** Names that a file may have and that mean nothing here. */
  private readonly ignored: ReadonlySet<string>;

  constructor(private readonly table: TransferTable) {
    const { columns, names, sealed, sealedJson } = table;
    this.boundTo = sealed?.boundTo ?? 'id';
    const left = new Set(['tenant_id', ...table.omitted]);
    this.ignored = left;
    this.fields = columns
      .filter(({ name }) => !left.has(name))
      .map(({ kind, maxLength, name: column, nullable }) => {
        const secret = sealed?.columns[column];
        return {
          name: names[column] ?? column,
          column,
          kind: secret ? (sealedJson?.includes(column) ? 'json' : 'text') : FORM_KINDS[kind],
          nullable,
          most: maxLength ?? MAX_TEXT_LENGTH,
          sealed: secret,
        };
      });
  }

  /** What a file shows. */
  columns(withTexts: boolean): Column<TransferRecord>[] {
    return this.fields
      .filter(({ name }) => withTexts || !this.table.texts.includes(name))
      .map(({ kind, name }) => [name, kind === 'uuid' ? 'text' : kind, (record) => record[name]]);
  }

  /** A stored row as a record, opened. @throws UnreadableFieldError */
  toRecord(tenant: TenantContext, row: Record<string, unknown>, dialect: Dialect, cipher: FieldCipher): TransferRecord {
    const columns: Record<string, unknown> = {};
    for (const field of this.fields) {
      const value = row[field.column];
      columns[field.column] =
        value === null || value === undefined ? null : this.opened(tenant, field, row, { dialect, cipher });
    }
    const shown = this.table.toRecord?.(columns) ?? columns;
    return Object.fromEntries(this.fields.map(({ column, name }) => [name, shown[column] ?? null]));
  }

  /** A line of a file, read as JSON or CSV, as a row. @throws ValidationError naming each field */
  toRow(tenant: TenantContext, value: unknown, { cipher, idAt, now, texts }: RowContext): BulkRow {
    const columns = this.check(value, now, texts);
    columns.id ??= idAt(columns[this.table.time] as number) ?? null;
    const whole: Record<string, unknown> = {
      ...(this.table.toColumns?.(tenant, columns) ?? columns),
      tenant_id: tenant.tenantId,
    };
    for (const { column, kind, sealed } of this.fields) {
      const text = whole[column];
      if (sealed === undefined || text === null || text === undefined) continue;
      const place = { table: this.table.insert.table, column, id: String(whole[this.boundTo]) };
      whole[column] = cipher.seal(tenant, place, kind === 'json' ? JSON.stringify(text) : String(text));
    }
    return whole;
  }

  private check(value: unknown, now: number, texts: boolean): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ValidationError([{ path: '', message: 'must be an object' }]);
    const given = value as Record<string, unknown>;
    const errors: FieldError[] = Object.keys(given)
      .filter((name) => !this.ignored.has(name) && !this.fields.some((field) => field.name === name))
      .map((name) => ({ path: name, message: 'is not a known field' }));
    const columns: Record<string, unknown> = {};
    for (const field of this.fields) {
      const raw = given[field.name];
      if (raw === undefined || raw === null) {
        const { column, kind, nullable } = field;
        const given = column === 'id' || nullable || column in this.table.defaults;
        columns[column] = this.table.defaults[column] ?? (!given && kind === 'time' ? now : null);
        if (!given && columns[column] === null) errors.push({ path: field.name, message: 'is required' });
        continue;
      }
      const read = readValue(field, raw, texts);
      if ('message' in read) errors.push({ path: field.name, message: read.message });
      else columns[field.column] = read.value;
    }
    if (errors.length > 0) throw new ValidationError(errors);
    return columns;
  }

  private opened(
    tenant: TenantContext,
    { column, kind, sealed }: FormField,
    row: Record<string, unknown>,
    { cipher, dialect }: { dialect: Dialect; cipher: FieldCipher },
  ): unknown {
    const value = row[column];
    if (sealed !== undefined) {
      const place = { table: this.table.insert.table, column, id: String(row[this.boundTo]) };
      const envelope = sealed === 'json' ? dialect.readJson<string>(value) : String(value);
      const text = envelope === null ? null : cipher.open(tenant, place, envelope);
      return text !== null && kind === 'json' ? (JSON.parse(text) as unknown) : text;
    }
    if (kind === 'time') return dialect.readTime(value);
    if (kind === 'boolean') return dialect.readBoolean(value);
    return kind === 'json' ? dialect.readJson(value) : value;
  }
}

type Read = { value: unknown } | { message: string };

const NOT_STORED = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** CSV has texts alone: a number, a time or JSON is read from one. */
function readValue({ kind, most }: FormField, raw: unknown, texts: boolean): Read {
  switch (kind) {
    case 'uuid':
      return typeof raw === 'string' && isUuid(raw) ? { value: raw.toLowerCase() } : { message: 'must be a UUID' };
    case 'time':
      return readTime(raw);
    case 'boolean':
      if (typeof raw === 'boolean') return { value: raw };
      return raw === 'true' || raw === 'false' ? { value: raw === 'true' } : { message: 'must be true or false' };
    case 'integer':
    case 'double':
      return readNumber(kind, raw);
    case 'json':
      return readJson(raw, texts);
    case 'text':
      return readText(raw, most ?? MAX_TEXT_LENGTH);
  }
}

function readTime(raw: unknown): Read {
  const time = typeof raw === 'string' ? parseTime(raw) : undefined;
  return time === undefined ? { message: `must be an ISO 8601 time such as ${formatTime(0)}` } : { value: time };
}

function readNumber(kind: 'integer' | 'double', raw: unknown): Read {
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { message: 'must be a number' };
  return kind === 'integer' && !Number.isInteger(number) ? { message: 'must be a whole number' } : { value: number };
}

function readText(raw: unknown, most: number): Read {
  const value = typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : raw;
  if (typeof value !== 'string') return { message: 'must be a text' };
  if (NOT_STORED.test(value)) return { message: 'must not contain NUL or half of a character' };
  return value.length > most ? { message: `must not be longer than ${most} characters` } : { value };
}

function readJson(raw: unknown, texts: boolean): Read {
  try {
    const value = texts && typeof raw === 'string' ? (JSON.parse(raw) as unknown) : raw;
    return NOT_STORED.test(JSON.stringify(value)) || /\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value))
      ? { message: 'must not contain NUL or half of a character' }
      : { value };
  } catch {
    // A text that is no JSON is a text.
    return { value: raw };
  }
}
