import { Inject, Module } from '@nestjs/common';
import { type Clock, CLOCK } from '#kernel';
import { IngestModule } from '#ingest';
import { StoredTables } from '#persistence';
import { LabelledPredictionsRepository } from './labelled-predictions.repository.js';
import { EXAMPLES, SOURCES } from './training-set.table.js';
import { TrainingSetsController } from './training-sets.controller.js';
import { TrainingSetsRepository } from './training-sets.repository.js';
import { TrainingSetsService } from './training-sets.service.js';

@Module({
  imports: [IngestModule],
  controllers: [TrainingSetsController],
  providers: [LabelledPredictionsRepository, TrainingSetsRepository, TrainingSetsService],
})
export class TrainingSetsModule {
  constructor(tables: StoredTables, repository: TrainingSetsRepository, @Inject(CLOCK) clock: Clock) {
    tables.register(EXAMPLES);
    tables.register(SOURCES, {
      onErase: {
        columns: ['training_set_id', 'n', 'user_id'],
        run: async (session, tenant, rows) => {
          for (const setId of new Set(rows.map(({ training_set_id }) => String(training_set_id)))) {
            const erased = rows.filter(({ training_set_id }) => training_set_id === setId);
            const userIds = [...new Set(erased.map(({ user_id }) => String(user_id)))];
            await repository.replaceAfterErasure(
              tenant,
              session,
              { setId, lines: erased.map(({ n }) => Number(n)), userIds },
              clock.now(),
            );
          }
        },
      },
    });
  }
}
