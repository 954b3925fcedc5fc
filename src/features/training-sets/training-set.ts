/** Where a label may come from, the one that is believed first first. Votes are given by whoever wants to: not by default. */
export const TRUTHS = ['review', 'audit', 'system', 'import', 'vote'] as const;
export type Truth = (typeof TRUTHS)[number];

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** What a set is made of; times in milliseconds since 1970, half-open; shares sum to 1. */
export interface TrainingSelection {
  from: number | null;
  to: number;
  model: string | null;
  modelVersion: string | null;
  sources: Truth[];
  splits: Record<Split, number>;
  /** Another one deals the subjects out anew. */
  seed: string;
}

/** One labelled text. */
export interface TrainingExample {
  text: string;
  label: string;
  split: Split;
  /** How the label came about. */
  label_source: Truth;
  labelled_at: string;
  /** Probability with which an audit was drawn: weigh by its inverse. */
  pi: number | null;
  /** What the model had said. */
  predicted_label: string;
  confidence: number | null;
  model: string;
  model_version: string;
  /** Predictions of this text, the first one first. */
  prediction_ids: string[];
  predicted_at: string;
}

export interface Provenance {
  /** Labelled predictions that were looked at. */
  predictions: number;
  /** Of the same text as another, left out. */
  duplicates: number;
  /** Texts whose duplicates had different labels; the best source, then the latest label, was taken. */
  conflicts: number;
  by_split: Record<string, number>;
  by_label: Record<string, number>;
  by_source: Record<string, number>;
  /** In words: whom the set does not speak for. */
  bias: string[];
}

export interface TrainingSet {
  id: string;
  name: string;
  state: 'ready' | 'revoked';
  selection: TrainingSelection;
  provenance: Provenance;
  examples: number;
  /** Of the bytes of all lines, hex; null until they are read for the first time. */
  sha256: string | null;
  createdAt: number;
  createdBy: string;
  revokedAt: number | null;
  predecessorId: string | null;
  successorId: string | null;
}
