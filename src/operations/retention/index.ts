export { Archive } from './archive.js';
export { Compaction } from './compaction.js';
export { RetentionAftermath } from './retention-aftermath.js';
export { RetentionModule } from './retention.module.js';
export { RetentionService, type RunOptions } from './retention.service.js';
