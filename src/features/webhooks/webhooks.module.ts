import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { SealedTables } from '#secrets';
import { WebhookOutboxService } from './webhook-outbox.service.js';
import { SEALED_WEBHOOKS } from './webhook.js';
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
  constructor(sealed: SealedTables) {
    sealed.register(SEALED_WEBHOOKS);
  }
}
