import { formatTime, isUuid, parseTime, type TenantContext, type FieldError, ValidationError } from '#kernel';
import { type BulkRow, type Dialect, type TransferRecord, type TransferTable } from '#persistence';
import type { FieldCipher } from '#secrets';
import type { Column, ColumnKind } from '#tabular';

interface FormField {
  /** Name in a file. */
  name: string;
  column: string;
  kind: ColumnKind | 'uuid';
  nullable: boolean;
  /** Maximum number of characters. */
  maxLength: number | undefined;
  sealed: 'text' | 'json' | undefined;
}

/** What `RecordForm.toRow` needs besides the line. */
export interface RowContext {
  /** Milliseconds since 1970. */
  now: number;
  cipher: FieldCipher;
  /** Whether every field is text, as in CSV. */
  texts: boolean;
  /** Returns the id of a record that has none, given its time; undefined for a random id. */
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

/** Converts rows of one table to records of a file, and lines of a file to rows. */
export class RecordForm {
  private readonly fields: FormField[];
  private readonly boundTo: string;
  /** Fields that a file may contain and that are ignored. */
  private readonly ignored: ReadonlySet<string>;

  constructor(private readonly table: TransferTable) {
    const { columns, names, sealed, sealedJson } = table;
    this.boundTo = sealed?.boundTo ?? 'id';
    const omitted = new Set(['tenant_id', ...table.omitted]);
    this.ignored = omitted;
    this.fields = columns
      .filter(({ name }) => !omitted.has(name))
      .map(({ kind, maxLength, name: column, nullable }) => {
        const sealedAs = sealed?.columns[column];
        return {
          name: names[column] ?? column,
          column,
          kind: sealedAs ? (sealedJson?.includes(column) ? 'json' : 'text') : FORM_KINDS[kind],
          nullable,
          maxLength: maxLength ?? MAX_TEXT_LENGTH,
          sealed: sealedAs,
        };
      });
  }

  /** Returns the columns of a file; without those that hold text of people unless `withTexts`. */
  columns(withTexts: boolean): Column<TransferRecord>[] {
    return this.fields
      .filter(({ name }) => withTexts || !this.table.texts.includes(name))
      .map(({ kind, name }) => [name, kind === 'uuid' ? 'text' : kind, (record) => record[name]]);
  }

  /** Converts a stored row to a record, decrypted. @throws UnreadableFieldError if no key decrypts a value */
  toRecord(tenant: TenantContext, row: Record<string, unknown>, dialect: Dialect, cipher: FieldCipher): TransferRecord {
    const columns: Record<string, unknown> = {};
    for (const field of this.fields) {
      const value = row[field.column];
      columns[field.column] =
        value === null || value === undefined ? null : this.decrypt(tenant, field, row, { dialect, cipher });
    }
    const shown = this.table.toRecord?.(columns) ?? columns;
    return Object.fromEntries(this.fields.map(({ column, name }) => [name, shown[column] ?? null]));
  }

  /**
   * Converts a line of a file, parsed from JSON or CSV, to a row.
   *
   * @throws ValidationError that names each invalid field
   */
  toRow(tenant: TenantContext, value: unknown, { cipher, idAt, now, texts }: RowContext): BulkRow {
    const columns = this.check(value, now, texts);
    columns.id ??= idAt(columns[this.table.time] as number) ?? null;
    const row: Record<string, unknown> = {
      ...(this.table.toColumns?.(tenant, columns) ?? columns),
      tenant_id: tenant.tenantId,
    };
    for (const { column, kind, sealed } of this.fields) {
      const text = row[column];
      if (sealed === undefined || text === null || text === undefined) continue;
      const place = { table: this.table.insert.table, column, id: String(row[this.boundTo]) };
      row[column] = cipher.seal(tenant, place, kind === 'json' ? JSON.stringify(text) : String(text));
    }
    return row;
  }

  private check(value: unknown, now: number, texts: boolean): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ValidationError([{ path: '', message: 'must be an object' }]);
    const fields = value as Record<string, unknown>;
    const errors: FieldError[] = Object.keys(fields)
      .filter((name) => !this.ignored.has(name) && !this.fields.some((field) => field.name === name))
      .map((name) => ({ path: name, message: 'is not a known field' }));
    const columns: Record<string, unknown> = {};
    for (const field of this.fields) {
      const raw = fields[field.name];
      if (raw === undefined || raw === null) {
        const { column, kind, nullable } = field;
        const isOptional = column === 'id' || nullable || column in this.table.defaults;
        columns[column] = this.table.defaults[column] ?? (!isOptional && kind === 'time' ? now : null);
        if (!isOptional && columns[column] === null) errors.push({ path: field.name, message: 'is required' });
        continue;
      }
      const read = readValue(field, raw, texts);
      if ('message' in read) errors.push({ path: field.name, message: read.message });
      else columns[field.column] = read.value;
    }
    if (errors.length > 0) throw new ValidationError(errors);
    return columns;
  }

  private decrypt(
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

type ReadResult = { value: unknown } | { message: string };

const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Reads one value. In CSV every value is text, from which numbers, times and JSON are parsed. */
function readValue({ kind, maxLength }: FormField, raw: unknown, texts: boolean): ReadResult {
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
      return readText(raw, maxLength ?? MAX_TEXT_LENGTH);
  }
}

function readTime(raw: unknown): ReadResult {
  const time = typeof raw === 'string' ? parseTime(raw) : undefined;
  return time === undefined ? { message: `must be an ISO 8601 time such as ${formatTime(0)}` } : { value: time };
}

function readNumber(kind: 'integer' | 'double', raw: unknown): ReadResult {
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { message: 'must be a number' };
  return kind === 'integer' && !Number.isInteger(number) ? { message: 'must be a whole number' } : { value: number };
}

function readText(raw: unknown, maxLength: number): ReadResult {
  const value = typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : raw;
  if (typeof value !== 'string') return { message: 'must be text' };
  if (UNSTORABLE.test(value)) return { message: 'must not contain a NUL character or a lone surrogate' };
  return value.length > maxLength ? { message: `must not be longer than ${maxLength} characters` } : { value };
}

function readJson(raw: unknown, texts: boolean): ReadResult {
  try {
    const value = texts && typeof raw === 'string' ? (JSON.parse(raw) as unknown) : raw;
    return UNSTORABLE.test(JSON.stringify(value)) || /\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value))
      ? { message: 'must not contain a NUL character or a lone surrogate' }
      : { value };
  } catch {
    // Text that is not JSON is kept as text.
    return { value: raw };
  }
}
