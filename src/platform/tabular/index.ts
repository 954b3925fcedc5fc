export { type Column, type ColumnKind, encode, EXPORT_FORMATS, EXPORT_TYPES, type ExportFormat } from './encode.js';
export { sendExport } from './stream.js';
