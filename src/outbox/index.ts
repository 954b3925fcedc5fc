export * from './outbox.module.js';
