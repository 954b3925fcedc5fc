export * from './log-fields.js';
export * from './logger.js';
export * from './metrics.js';
export * from './observability.module.js';
export * from './nest-logger.js';
export * from './error-reports.js';
export * from './tracing.js';
