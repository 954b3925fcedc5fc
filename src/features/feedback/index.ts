export { BlobMover } from './attachments/blob-mover.service.js';
export type { BlobStoreName } from './attachments/blob-store.js';
export { FeedbackModule } from './feedback.module.js';
