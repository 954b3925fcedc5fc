import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { formatTime } from '../../common/index.js';
import type { Submission } from '../submission.js';
import { toLine } from './delimited.js';

export const EXPORT_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

type Kind = 'text' | 'boolean' | 'time' | 'json' | 'integer';

/** Columns of an export, by the names of the API. */
const COLUMNS: [name: string, kind: Kind, read: (submission: Submission) => unknown][] = [
  ['id', 'text', ({ id }) => id],
  ['session_id', 'text', ({ sessionId }) => sessionId],
  ['category', 'text', ({ category }) => category],
  ['description', 'text', ({ description }) => description],
  ['url', 'text', ({ url }) => url],
  ['timestamp', 'text', ({ timestamp }) => timestamp],
  ['browser', 'text', ({ browser }) => browser],
  ['os', 'text', ({ os }) => os],
  ['screen_resolution', 'text', ({ screenResolution }) => screenResolution],
  ['viewport_size', 'text', ({ viewportSize }) => viewportSize],
  ['user_id', 'text', ({ userId }) => userId],
  ['prediction_id', 'text', ({ predictionId }) => predictionId],
  ['link', 'text', ({ link }) => link],
  ['has_screenshot', 'boolean', ({ hasScreenshot }) => hasScreenshot],
  ['has_annotation', 'boolean', ({ hasAnnotation }) => hasAnnotation],
  ['annotation_coords', 'json', ({ annotationCoords }) => annotationCoords],
  ['api_state', 'json', ({ apiState }) => apiState],
  ['created_at', 'time', ({ createdAt }) => createdAt],
  ['is_read', 'boolean', ({ isRead }) => isRead],
  ['is_archived', 'boolean', ({ isArchived }) => isArchived],
  ['admin_notes', 'text', ({ adminNotes }) => adminNotes],
  ['quarantine', 'text', ({ quarantine }) => quarantine],
  ['version', 'integer', ({ version }) => version],
];

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

/** Encodes pages of submissions as they come, one page in memory at a time. */
export async function* encode(
  format: ExportFormat,
  pages: AsyncIterable<Submission[]>,
): AsyncGenerator<Buffer | string> {
  if (format === 'csv') yield toLine(COLUMNS.map(([name]) => name));
  if (format === 'parquet') {
    yield* encodeParquet(pages);
    return;
  }
  for await (const page of pages)
    yield page.map((row) => (format === 'csv' ? toLine(values(row)) : `${JSON.stringify(object(row))}\n`)).join('');
}

function plain(kind: Kind, value: unknown): unknown {
  return kind === 'time' ? formatTime(value as number) : value;
}

function values(row: Submission): unknown[] {
  return COLUMNS.map(([, kind, read]) => plain(kind, read(row)));
}

function object(row: Submission): Record<string, unknown> {
  return Object.fromEntries(COLUMNS.map(([name, kind, read]) => [name, plain(kind, read(row))]));
}

const PARQUET_TYPES: Record<Kind, Partial<SchemaElement>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT32' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: COLUMNS.length },
  ...COLUMNS.map(([name, kind]): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...PARQUET_TYPES[kind] })),
];

/** One row group a page. */
async function* encodeParquet(pages: AsyncIterable<Submission[]>): AsyncGenerator<Buffer> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'feedback-loop' });
  const drain = (): Buffer => {
    const chunk = Buffer.from(bytes.buffer.slice(0, bytes.index));
    bytes.index = 0;
    return chunk;
  };
  for await (const page of pages) {
    if (page.length === 0) continue;
    const columnData = COLUMNS.map(([name, kind, read]): ColumnSource => ({
      name,
      data: page.map((row) => cell(kind, read(row))),
    }));
    await writer.write({ columnData, rowGroupSize: page.length });
    yield drain();
  }
  await writer.finish();
  yield drain();
}

function cell(kind: Kind, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (kind === 'time') return new Date(value as number);
  return kind === 'json' ? JSON.stringify(value) : value;
}
