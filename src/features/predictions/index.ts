export { PREDICTIONS } from './prediction.table.js';
export { PredictionsModule } from './predictions.module.js';
