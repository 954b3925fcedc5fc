import { Module, type OnModuleInit } from '@nestjs/common';
import { ModelRegistry } from './model.registry.js';
import { PredictionCache } from './prediction-cache.service.js';
import { ServedModelsRepository } from './served-models.repository.js';
import { ServedModelsService } from './served-models.service.js';

/** The models this server predicts with, the cache of their answers, and the record of which model served when. */
@Module({
  providers: [ModelRegistry, PredictionCache, ServedModelsRepository, ServedModelsService],
  exports: [ModelRegistry, PredictionCache, ServedModelsService],
})
export class ModelsModule implements OnModuleInit {
  constructor(private readonly models: ModelRegistry) {}

  /** Loads the model before the server listens. */
  async onModuleInit(): Promise<void> {
    await this.models.load();
  }
}
