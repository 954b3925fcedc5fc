import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { StoredTables } from '#persistence';
import { WebhookOutboxService } from './webhook-outbox.service.js';
import { WEBHOOKS } from './webhook.table.js';
import { WebhookSender } from './webhook-sender.service.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [IngestModule],
  controllers: [WebhooksController],
  providers: [WebhookOutboxService, WebhookSender, WebhooksRepository, WebhooksService],
})
export class WebhooksModule {
  constructor(tables: StoredTables) {
    tables.register(WEBHOOKS);
  }
}
