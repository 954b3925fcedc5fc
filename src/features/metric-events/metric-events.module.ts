import { Module } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { IngestModule } from '#ingest';
import { StoredTables } from '#persistence';
import { transferEvents } from './metric-event-transfer.js';
import { MetricEventsController } from './metric-events.controller.js';
import { MetricEventsRepository } from './metric-events.repository.js';
import { MetricEventsService } from './metric-events.service.js';
import { METRIC_EVENT_KEYS, METRIC_EVENTS } from './metric-event.table.js';

@Module({
  imports: [IngestModule],
  controllers: [MetricEventsController],
  providers: [MetricEventsRepository, MetricEventsService],
})
export class MetricEventsModule {
  constructor(tables: StoredTables, config: FeedbackLoopConfig) {
    tables.register(METRIC_EVENTS, { transfer: transferEvents(config.metricEvents.sensitive) });
    tables.register(METRIC_EVENT_KEYS);
  }
}
