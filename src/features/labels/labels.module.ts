import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { StoredTables } from '#persistence';
import { AliasedVotes } from './linking/aliased-votes.service.js';
import { KnownPredictionsRepository } from './linking/known-predictions.repository.js';
import { LABELS } from './label.table.js';
import { LabelsController } from './labels.controller.js';
import { LabelsService } from './labels.service.js';
import { PendingLinks } from './linking/pending-links.job.js';
import { PendingLinksRepository } from './linking/pending-links.repository.js';
import { PendingLinkResolver } from './linking/pending-link-resolver.service.js';
import { PredictionLinks } from './linking/prediction-links.service.js';
import { VotesAndLabelsRepository } from './votes-and-labels.repository.js';
import { VotesAndLabelsService } from './votes-and-labels.service.js';
import { TRANSFER_LABELS, TRANSFER_VOTES } from './transfers.js';
import { VOTES } from './vote.table.js';
import { VotesController } from './votes.controller.js';
import { VotesService } from './votes.service.js';

@Module({
  imports: [IngestModule],
  controllers: [LabelsController, VotesController],
  providers: [
    AliasedVotes,
    KnownPredictionsRepository,
    LabelsService,
    PendingLinks,
    PendingLinksRepository,
    PendingLinkResolver,
    PredictionLinks,
    VotesAndLabelsRepository,
    VotesAndLabelsService,
    VotesService,
  ],
  exports: [KnownPredictionsRepository, PendingLinks, PredictionLinks, VotesAndLabelsService],
})
export class LabelsModule {
  constructor(tables: StoredTables) {
    tables.register(VOTES, { transfer: TRANSFER_VOTES });
    tables.register(LABELS, { transfer: TRANSFER_LABELS });
  }
}
