export * from './errors.js';
export * from './ingest.module.js';
export * from './recorder.js';
