import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { LabelsModule } from '#labels';
import { StoredTables } from '#persistence';
import { InputHash } from './input-hash.service.js';
import { ModelsModule, PredictionCache } from '#models';
import { ModelsController } from './models.controller.js';
import { PredictController } from './predict.controller.js';
import { PredictService } from './predict.service.js';
import { PredictionLogService } from './prediction-log.service.js';
import { PREDICTIONS } from './prediction.table.js';
import { PredictionBatch } from './prediction-batch.service.js';
import { transferPredictions } from './prediction-transfer.js';
import { PredictionsController } from './predictions.controller.js';
import { PredictionsRepository } from './predictions.repository.js';
import { PredictionsService } from './predictions.service.js';

@Module({
  imports: [IngestModule, LabelsModule, ModelsModule],
  controllers: [ModelsController, PredictController, PredictionsController],
  providers: [
    InputHash,
    PredictService,
    PredictionLogService,
    PredictionBatch,
    PredictionsRepository,
    PredictionsService,
  ],
  exports: [InputHash, PredictService],
})
export class PredictionsModule {
  constructor(tables: StoredTables, cache: PredictionCache, hashes: InputHash) {
    tables.register(PREDICTIONS, {
      transfer: transferPredictions(hashes),
      clearCaches: (tenant) => cache.clear(tenant),
    });
  }
}
