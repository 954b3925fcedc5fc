export * from './attachments/blob-mover.js';
export { BLOB_STORE_NAMES, type BlobStoreName } from './attachments/blob-store.js';
export * from './feedback.module.js';
export * from './inbox/cleanup.service.js';
