export { MetricEventsModule } from './metric-events.module.js';
