export * from './retention-aftermath.js';
export * from './retention.js';
export * from './retention.module.js';
export * from './retention.service.js';
export * from './archive.js';
export * from './compaction.js';
