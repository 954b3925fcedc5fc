import {
  faultOfText,
  type FieldError,
  formatTime,
  isLongerThan,
  isUuid,
  parseNumber,
  parseTime,
  type TenantContext,
  UnreadableRequestError,
  ValidationError,
} from '#kernel';
import { guardJson, mustBe, parseJson } from '#http';
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
  /** Whether a text may also be sent as a number, which the table converts. */
  takesNumber: boolean;
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
          takesNumber: table.orNumber?.includes(column) ?? false,
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
    const hasId = columns.id !== null;
    columns.id ??= idAt(columns[this.table.time] as number) ?? null;
    const row: Record<string, unknown> = {
      ...(this.table.toColumns?.(tenant, columns, hasId) ?? columns),
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
      if ('message' in read)
        errors.push({
          path: [field.name, read.path ?? ''].filter((part) => part !== '').join('.'),
          message: read.message,
        });
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

/** A value, or why it is refused; `path` is a place within the value. */
type ReadResult = { value: unknown } | { message: string; path?: string };

/**
 * Reads one value by the rules of the API. In CSV every value is text, from which numbers, booleans, times and JSON are
 * parsed; elsewhere each has a type of its own, and a text is never a number.
 */
function readValue({ kind, maxLength, takesNumber }: FormField, raw: unknown, texts: boolean): ReadResult {
  switch (kind) {
    case 'uuid':
      return typeof raw === 'string' && isUuid(raw) ? { value: raw.toLowerCase() } : { message: 'must be a UUID' };
    case 'time':
      return readTime(raw);
    case 'boolean':
      if (texts && (raw === 'true' || raw === 'false')) return { value: raw === 'true' };
      return typeof raw === 'boolean' ? { value: raw } : { message: mustBe(['boolean']) };
    case 'integer':
    case 'double':
      return readNumber(kind, raw, texts);
    case 'json':
      return readJson(raw, texts);
    case 'text':
      return takesNumber && typeof raw === 'number' ? { value: raw } : readText(raw, maxLength ?? MAX_TEXT_LENGTH);
  }
}

function readTime(raw: unknown): ReadResult {
  const time = typeof raw === 'string' ? parseTime(raw) : undefined;
  return time === undefined ? { message: `must be an ISO 8601 time such as ${formatTime(0)}` } : { value: time };
}

function readNumber(kind: 'integer' | 'double', raw: unknown, texts: boolean): ReadResult {
  const number = texts && typeof raw === 'string' ? parseNumber(raw) : raw;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { message: mustBe(['number']) };
  return kind === 'integer' && !Number.isInteger(number) ? { message: mustBe(['integer']) } : { value: number };
}

function readText(raw: unknown, maxLength: number): ReadResult {
  if (typeof raw !== 'string') return { message: mustBe(['string']) };
  const fault = faultOfText(raw);
  if (fault) return { message: fault.message };
  return isLongerThan(raw, maxLength) ? { message: `must have at most ${maxLength} characters` } : { value: raw };
}

function readJson(raw: unknown, texts: boolean): ReadResult {
  try {
    if (texts && typeof raw === 'string') return { value: parseJson(Buffer.from(raw)) };
    guardJson(raw);
    return { value: raw };
  } catch (error) {
    if (!(error instanceof UnreadableRequestError)) throw error;
    // Text that is not JSON is kept as text.
    if (error.code === 'malformed_json' || error.code === 'empty_body') return { value: raw };
    const [place] = error.errors;
    return { message: place?.message ?? error.message, path: place?.path ?? '' };
  }
}
