export * from './model/index.js';
export * from './prediction.js';
export * from './predictions.module.js';
