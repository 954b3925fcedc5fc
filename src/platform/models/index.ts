export { EmbeddedModel } from './embedded-model.js';
export type { ModelPrediction, ModelProvider } from './model-provider.js';
export { ModelRegistry } from './model.registry.js';
export { ModelsModule } from './models.module.js';
export { PredictionCache } from './prediction-cache.service.js';
export type { ServedModel } from './served-models.repository.js';
export { ServedModelsService } from './served-models.service.js';
