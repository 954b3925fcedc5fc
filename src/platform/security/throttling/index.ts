export * from './memory-throttle-storage.js';
export * from './rate-limit.guard.js';
export * from './rate-limiter.service.js';
export * from './redis-throttle-storage.js';
export * from './sliding-window.js';
