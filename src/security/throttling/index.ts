export * from './memory-throttle-storage.js';
export * from './sliding-window.js';
