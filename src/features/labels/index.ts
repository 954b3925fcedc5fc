export { LabelsModule } from './labels.module.js';
export { KnownPredictionsRepository } from './linking/known-predictions.repository.js';
export type { Waiting } from './linking/link-pass.js';
export { PendingLinks } from './linking/pending-links.job.js';
export { PredictionLinks } from './linking/prediction-links.service.js';
export { type Verdicts, VerdictsService } from './verdicts.service.js';
