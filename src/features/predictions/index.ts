export {
  BatchRequestSchema,
  type BatchResponse,
  type PredictionItem,
  PredictRequestSchema,
  predictRules,
  trimTexts,
} from './dto/predict.schema.js';
export { BatchRoute, PredictRoute, PredictRoutes } from './predict-routes.js';
export { PredictService } from './predict.service.js';
export { PREDICTIONS } from './prediction.table.js';
export { PredictionsModule } from './predictions.module.js';
