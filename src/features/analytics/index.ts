export { AnalyticsRoutes } from './analytics-routes.js';
export { AnalyticsModule } from './analytics.module.js';
export { AnalyticsService } from './analytics.service.js';
export { type AuditResult, RollupAuditService } from './rollups/rollup-audit.service.js';
export { ROLLED_UP_TABLE, rollUp } from './rollups/rollup-insert.js';
export { RollupMaintenance } from './rollups/rollup-maintenance.job.js';
export { RollupsReadModel } from './rollups/rollups.read-model.js';
