export * from './metric-events.module.js';
