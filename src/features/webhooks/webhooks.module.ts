import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { StoredTables } from '#persistence';
import { DeliveriesRepository } from './deliveries.repository.js';
import { WebhookDeliveryJob } from './webhook-delivery.job.js';
import { WebhookOutboxService } from './webhook-outbox.service.js';
import { WEBHOOKS } from './webhook.table.js';
import { WebhookSender } from './webhook-sender.service.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [IngestModule],
  controllers: [WebhooksController],
  providers: [
    DeliveriesRepository,
    WebhookDeliveryJob,
    WebhookOutboxService,
    WebhookSender,
    WebhooksRepository,
    WebhooksService,
  ],
})
export class WebhooksModule {
  constructor(tables: StoredTables) {
    tables.register(WEBHOOKS);
  }
}
