export { type Column, type ColumnKind, encode, EXPORT_FORMATS, type ExportFormat } from './encode.js';
export { ExportRoute } from './export-route.js';
export { sendExport } from './stream.js';
