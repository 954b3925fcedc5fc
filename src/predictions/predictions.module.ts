import { Module, type OnModuleInit } from '@nestjs/common';
import { IngestModule, RecordKinds } from '../ingest/index.js';
import { LabelsModule } from '../labels/index.js';
import { RetainedTables, SubjectTables } from '../persistence/index.js';
import { SealedTables } from '../secrets/index.js';
import { ModelRegistry, PredictionCache } from './model/index.js';
import { PredictController } from './predict.controller.js';
import { PredictService } from './predict.service.js';
import { PredictionLogService } from './prediction-log.service.js';
import {
  PREDICTION_INSERT,
  RETAINED_PREDICTIONS,
  SEALED_PREDICTIONS,
  SUBJECT_PREDICTIONS,
} from './prediction-insert.js';
import { PredictionRecorder } from './prediction-recorder.js';
import { PredictionsController } from './predictions.controller.js';
import { PredictionsRepository } from './predictions.repository.js';
import { PredictionsService } from './predictions.service.js';

@Module({
  imports: [IngestModule, LabelsModule],
  controllers: [PredictController, PredictionsController],
  providers: [
    ModelRegistry,
    PredictionCache,
    PredictService,
    PredictionLogService,
    PredictionRecorder,
    PredictionsRepository,
    PredictionsService,
  ],
  exports: [ModelRegistry],
})
export class PredictionsModule implements OnModuleInit {
  constructor(
    private readonly models: ModelRegistry,
    kinds: RecordKinds,
    sealed: SealedTables,
    retained: RetainedTables,
    subjects: SubjectTables,
    cache: PredictionCache,
  ) {
    subjects.register(SUBJECT_PREDICTIONS);
    subjects.onForget((tenant) => cache.forget(tenant));
    retained.register(RETAINED_PREDICTIONS);
    kinds.register(PREDICTION_INSERT);
    sealed.register(SEALED_PREDICTIONS);
  }

  async onModuleInit(): Promise<void> {
    await this.models.load();
  }
}
