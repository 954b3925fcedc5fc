import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { SealedTables } from '#secrets';
import { OutboxService, OutboxSources } from './webhook-outbox.service.js';
import { SEALED_WEBHOOKS } from './webhook.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [IngestModule],
  controllers: [WebhooksController],
  providers: [OutboxService, OutboxSources, WebhookSender, WebhooksRepository, WebhooksService],
})
export class OutboxModule {
  constructor(sealed: SealedTables) {
    sealed.register(SEALED_WEBHOOKS);
  }
}
