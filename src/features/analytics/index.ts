export * from './analytics.module.js';
export * from './rollups/rollup-audit.service.js';
export * from './rollups/rollup-maintenance.js';
export { rollUp, ROLLED_UP_TABLE } from './rollups/rollup-insert.js';
export * from './rollups/rollups.read-model.js';
