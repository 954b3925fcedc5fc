import { Module } from '@nestjs/common';
import { IngestModule, RecordKinds } from '#ingest';
import { LabelsModule } from '#labels';
import { StoredTables } from '#persistence';
import { SealedTables } from '#secrets';
import { InputHash } from './input-hash.service.js';
import { ModelsModule, PredictionCache } from '#models';
import { ModelsController } from './models.controller.js';
import { PredictController } from './predict.controller.js';
import { PredictService } from './predict.service.js';
import { PredictionLogService } from './prediction-log.service.js';
import {
  PREDICTION_INSERT,
  RETAINED_PREDICTIONS,
  SEALED_PREDICTIONS,
  SUBJECT_PREDICTIONS,
} from './prediction-insert.js';
import { PredictionRecorder } from './prediction-recorder.service.js';
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
    PredictionRecorder,
    PredictionsRepository,
    PredictionsService,
  ],
  exports: [InputHash],
})
export class PredictionsModule {
  constructor(
    kinds: RecordKinds,
    sealed: SealedTables,
    { retained, subjects, transfers }: StoredTables,
    cache: PredictionCache,
    hashes: InputHash,
  ) {
    subjects.register(SUBJECT_PREDICTIONS);
    subjects.onForget((tenant) => cache.forget(tenant));
    retained.register(RETAINED_PREDICTIONS);
    transfers.register(transferPredictions(hashes));
    kinds.register(PREDICTION_INSERT);
    sealed.register(SEALED_PREDICTIONS);
  }
}
