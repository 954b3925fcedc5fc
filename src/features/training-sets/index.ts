export * from './training-sets.module.js';
