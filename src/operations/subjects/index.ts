export * from './erasure-ledger.js';
export * from './erasure.service.js';
export * from './subject.js';
export * from './subjects.module.js';
export * from './tenant-erasure.service.js';
