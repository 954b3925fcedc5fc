export { BlobMover } from './attachments/blob-mover.js';
export type { BlobStoreName } from './attachments/blob-store.js';
export { FeedbackModule } from './feedback.module.js';
