import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { formatTime } from '#kernel';
import { toLine } from './delimited.js';

export const EXPORT_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ColumnKind = 'text' | 'boolean' | 'time' | 'json' | 'integer' | 'double';

/** A column of an export: its name in the API, its kind and its value. Times are milliseconds since 1970. */
export type Column<Row> = readonly [name: string, kind: ColumnKind, read: (row: Row) => unknown];

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

/** Encodes pages of rows as they arrive, with one page in memory at a time. */
export async function* encode<Row>(
  format: ExportFormat,
  columns: readonly Column<Row>[],
  pages: AsyncIterable<Row[]>,
): AsyncGenerator<Buffer | string> {
  if (format === 'parquet') {
    yield* encodeParquet(columns, pages);
    return;
  }
  if (format === 'csv') yield toLine(columns.map(([name]) => name));
  const line = (row: Row): string => {
    const values = columns.map(([, kind, read]) => plain(kind, read(row), format));
    if (format === 'csv') return toLine(values);
    return `${JSON.stringify(Object.fromEntries(columns.map(([name], i) => [name, values[i]])))}\n`;
  };
  for await (const page of pages) yield page.map(line).join('');
}

function plain(kind: ColumnKind, value: unknown, format: 'csv' | 'jsonl'): unknown {
  // Without encoding, a cell could not show whether `1` is text or a number.
  if (kind === 'json' && format === 'csv' && value != null) return JSON.stringify(value);
  return kind === 'time' && value != null ? formatTime(value as number) : value;
}

const PARQUET_TYPES: Record<ColumnKind, Partial<SchemaElement>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT32' },
  double: { type: 'DOUBLE' },
  // The converted type alone does not say that the time is in UTC: newer readers expect the logical type.
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
};

/** Writes one row group per page. */
async function* encodeParquet<Row>(
  columns: readonly Column<Row>[],
  pages: AsyncIterable<Row[]>,
): AsyncGenerator<Buffer> {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(([name, kind]): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...PARQUET_TYPES[kind] })),
  ];
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'feedback-loop' });
  const drain = (): Buffer => {
    const chunk = Buffer.from(bytes.buffer.slice(0, bytes.index));
    bytes.index = 0;
    return chunk;
  };
  for await (const page of pages) {
    if (page.length === 0) continue;
    const columnData = columns.map(([name, kind, read]): ColumnSource => ({
      name,
      data: page.map((row) => cell(kind, read(row))),
    }));
    await writer.write({ columnData, rowGroupSize: page.length });
    yield drain();
  }
  await writer.finish();
  yield drain();
}

function cell(kind: ColumnKind, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (kind === 'time') return new Date(value as number);
  return kind === 'json' ? JSON.stringify(value) : value;
}
