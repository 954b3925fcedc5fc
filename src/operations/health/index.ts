export { ProbeRoute } from './health-routes.js';
export { HealthModule } from './health.module.js';
export { type HealthState, HealthService } from './health.service.js';
export { PROBES, Probes } from './probes.service.js';
