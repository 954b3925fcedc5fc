export { startErrorReports, stopErrorReports } from './error-reports.js';
export { APP_LOGGER, type AppLogger, createLogger } from './logger.js';
export { Metrics } from './metrics.service.js';
export { NestLogger } from './nest-logger.service.js';
export { ObservabilityModule } from './observability.module.js';
export { endRequestTrace, type SpanAttributes, startTracing, stopTracing, traced, traceRequest } from './tracing.js';
