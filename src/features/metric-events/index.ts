export { EventsModule } from './metric-events.module.js';
