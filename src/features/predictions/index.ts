export * from './prediction.js';
export { PREDICTION_INSERT } from './prediction-insert.js';
export * from './predictions.module.js';
