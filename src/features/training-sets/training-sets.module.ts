import { Inject, Module } from '@nestjs/common';
import { type Clock, CLOCK } from '#kernel';
import { IngestModule } from '#ingest';
import { StoredTables } from '#persistence';
import { SealedTables } from '#secrets';
import { LabelledPredictionsRepository } from './labelled-predictions.repository.js';
import { SEALED_EXAMPLES, SUBJECT_SOURCES } from './training-set.js';
import { TrainingSetsController } from './training-sets.controller.js';
import { TrainingSetsRepository } from './training-sets.repository.js';
import { TrainingSetsService } from './training-sets.service.js';

@Module({
  imports: [IngestModule],
  controllers: [TrainingSetsController],
  providers: [LabelledPredictionsRepository, TrainingSetsRepository, TrainingSetsService],
})
export class TrainingSetsModule {
  constructor(
    { subjects }: StoredTables,
    sealed: SealedTables,
    repository: TrainingSetsRepository,
    @Inject(CLOCK) clock: Clock,
  ) {
    sealed.register(SEALED_EXAMPLES);
    subjects.register(SUBJECT_SOURCES);
    subjects.onErase(SUBJECT_SOURCES.table, {
      columns: ['training_set_id', 'n', 'user_id'],
      run: async (session, tenant, rows) => {
        for (const setId of new Set(rows.map(({ training_set_id }) => String(training_set_id)))) {
          const gone = rows.filter(({ training_set_id }) => training_set_id === setId);
          const userIds = [...new Set(gone.map(({ user_id }) => String(user_id)))];
          await repository.succeed(
            tenant,
            session,
            { setId, lines: gone.map(({ n }) => Number(n)), userIds },
            clock.now(),
          );
        }
      },
    });
  }
}
