export { PREDICTION_INSERT } from './prediction-insert.js';
export { PredictionsModule } from './predictions.module.js';
