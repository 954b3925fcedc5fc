export * from './linking/known-predictions.repository.js';
export type * from './label.js';
export * from './labels.module.js';
export * from './linking/link-pass.js';
export * from './linking/pending-links.js';
export * from './linking/prediction-links.js';
export * from './verdicts.service.js';
export type { Link, VoteSummary } from './vote.js';
