import { Module } from '@nestjs/common';
import { IngestModule, RecordKinds } from '#ingest';
import { StoredTables } from '#persistence';
import { SealedTables } from '#secrets';
import { AliasedVotes } from './linking/aliased-votes.service.js';
import { KnownPredictionsRepository } from './linking/known-predictions.repository.js';
import { LABEL_INSERT } from './label.js';
import { LabelsController } from './labels.controller.js';
import { LabelsService } from './labels.service.js';
import { PendingLinks } from './linking/pending-links.job.js';
import { PendingLinksRepository } from './linking/pending-links.repository.js';
import { PendingLinkResolver } from './linking/pending-link-resolver.service.js';
import { PredictionLinks } from './linking/prediction-links.service.js';
import { VerdictsRepository } from './verdicts.repository.js';
import { VerdictsService } from './verdicts.service.js';
import { TRANSFER_LABELS, TRANSFER_VOTES } from './verdict-transfers.js';
import { SEALED_VOTES, VOTE_INSERT } from './vote.js';
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
    VerdictsRepository,
    VerdictsService,
    VotesService,
  ],
  exports: [KnownPredictionsRepository, PendingLinks, PredictionLinks, VerdictsService],
})
export class LabelsModule {
  constructor(kinds: RecordKinds, sealed: SealedTables, { retained, subjects, transfers }: StoredTables) {
    transfers.register(TRANSFER_VOTES, TRANSFER_LABELS);
    subjects.register(
      { store: 'votes', table: 'prediction_votes', accepted: 'accepted_at', children: [] },
      { store: 'labels', table: 'prediction_labels', accepted: 'recorded_at', children: [] },
    );
    // Also what never found its prediction.
    retained.register(
      { kind: 'predictions', table: 'prediction_votes', time: 'accepted_at', children: [] },
      { kind: 'predictions', table: 'prediction_labels', time: 'recorded_at', children: [] },
    );
    kinds.register(VOTE_INSERT);
    kinds.register(LABEL_INSERT);
    sealed.register(SEALED_VOTES);
  }
}
