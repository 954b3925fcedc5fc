import { type TSchema, Type } from '@sinclair/typebox';
import { BINARY, FileRoute, type RouteDescription } from '#http';
import { EXPORT_TYPES, type ExportFormat } from './encode.js';

const SCHEMAS: Record<ExportFormat, TSchema> = {
  csv: Type.String({ description: 'A header, then one row for each record.' }),
  jsonl: Type.String({ description: 'One JSON object for each record, each on its own line.' }),
  parquet: BINARY,
};

/** Declares a route that exports records in the `format` of the query. */
export const ExportRoute = (route: RouteDescription): MethodDecorator =>
  FileRoute({
    ...route,
    content: Object.fromEntries(
      Object.entries(EXPORT_TYPES).map(([format, type]) => [type.replace(/;.*/, ''), SCHEMAS[format as ExportFormat]]),
    ),
  });
