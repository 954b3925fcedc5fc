export * from './models.module.js';
export * from './served-models.repository.js';
export * from './served-models.service.js';
export * from './embedded-model.js';
export * from './errors.js';
export * from './model-provider.js';
export * from './model-registry.js';
export * from './prediction-cache.js';
