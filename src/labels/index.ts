export * from './known-predictions.repository.js';
export type * from './label.js';
export * from './labels.module.js';
export * from './link-pass.js';
export * from './pending-links.js';
export * from './prediction-links.js';
export * from './verdicts.service.js';
export type { Link, VoteSummary } from './vote.js';
