import { Module, type OnModuleInit } from '@nestjs/common';
import { ModelRegistry } from './model.registry.js';
import { PredictionCache } from './prediction-cache.service.js';
import { ServedModelsRepository } from './served-models.repository.js';
import { ServedModelsService } from './served-models.service.js';

/** The models of this server, the cache of their predictions, and the history of served models. */
@Module({
  providers: [ModelRegistry, PredictionCache, ServedModelsRepository, ServedModelsService],
  exports: [ModelRegistry, PredictionCache, ServedModelsService],
})
export class ModelsModule implements OnModuleInit {
  constructor(private readonly models: ModelRegistry) {}

  /** Loads the models before the server listens. */
  async onModuleInit(): Promise<void> {
    await this.models.load();
  }
}
