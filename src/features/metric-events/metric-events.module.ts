import { Module } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { IngestModule, RecordKinds } from '#ingest';
import { StoredTables } from '#persistence';
import { SealedTables } from '#secrets';
import { transferEvents } from './metric-event-transfer.js';
import { MetricEventsController } from './metric-events.controller.js';
import { MetricEventsRepository } from './metric-events.repository.js';
import { MetricEventsService } from './metric-events.service.js';
import { METRIC_EVENT_INSERT, RETAINED_EVENTS, SEALED_EVENTS, SUBJECT_EVENTS } from './metric-event.js';

@Module({
  imports: [IngestModule],
  controllers: [MetricEventsController],
  providers: [MetricEventsRepository, MetricEventsService],
})
export class MetricEventsModule {
  constructor(
    kinds: RecordKinds,
    sealed: SealedTables,
    { growth, retained, subjects, transfers }: StoredTables,
    config: FeedbackLoopConfig,
  ) {
    transfers.register(transferEvents(config.metricEventsSensitive));
    subjects.register(SUBJECT_EVENTS);
    kinds.register(METRIC_EVENT_INSERT);
    retained.register(RETAINED_EVENTS);
    sealed.register(SEALED_EVENTS);
    growth.register({ table: 'metric_events', partitioned: true });
  }
}
