export * from './errors.js';
export * from './ingest.module.js';
export * from './record-kinds.js';
export * from './recorder.js';
export * from './spool-service.js';
export * from './spool/spool.js';
export * from './spool/spool-replayer.js';
