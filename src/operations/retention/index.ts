export * from './retention-aftermath.js';
export * from './retention.js';
export * from './retention.module.js';
export * from './retention.service.js';
export * from './subjects/erasure-ledger.js';
export * from './subjects/erasure.service.js';
export * from './subjects/subject.js';
export * from './subjects/tenant-erasure.service.js';
