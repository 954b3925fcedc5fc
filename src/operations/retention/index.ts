export { Archive } from './archive.service.js';
export { Compaction } from './compaction.service.js';
export { RetentionReporter } from './retention-reporter.service.js';
export { RetentionModule } from './retention.module.js';
export { RetentionService, type RunOptions } from './retention.service.js';
