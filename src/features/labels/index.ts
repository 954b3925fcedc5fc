export { LabelsModule } from './labels.module.js';
export { KnownPredictionsRepository } from './linking/known-predictions.repository.js';
export type { PendingItem } from './linking/link-pass.js';
export { PendingLinks } from './linking/pending-links.job.js';
export { PredictionLinks } from './linking/prediction-links.service.js';
export { type VotesAndLabels, VotesAndLabelsService } from './votes-and-labels.service.js';
