/**
 * Sources of labels, the most reliable one first. Votes are not used by default, because raters choose what they rate.
 */
export const TRAINING_LABEL_SOURCES = ['review', 'audit', 'system', 'import', 'vote'] as const;
export type TrainingLabelSource = (typeof TRAINING_LABEL_SOURCES)[number];

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/**
 * The predictions and labels of a set. Times are in milliseconds since 1970, and `to` is exclusive. The shares of `splits`
 * sum to 1.
 */
export interface TrainingSelection {
  from: number | null;
  to: number;
  model: string | null;
  modelVersion: string | null;
  sources: TrainingLabelSource[];
  splits: Record<Split, number>;
  /** A different seed distributes the subjects differently. */
  seed: string;
}

/** A labelled text: one line of the file. Times are in ISO 8601. */
export interface TrainingExample {
  text: string;
  label: string;
  split: Split;
  /** Source of the label. */
  label_source: TrainingLabelSource;
  labelled_at: string;
  /** Probability with which an audit sample was drawn: weight the line by its inverse. */
  pi: number | null;
  /** The label that the model predicted. */
  predicted_label: string;
  confidence: number | null;
  model: string;
  model_version: string;
  /** Ids of all predictions of this text, oldest first. */
  prediction_ids: string[];
  predicted_at: string;
}

/** What a set was made of. */
export interface Provenance {
  /** Number of labelled predictions in the selection. */
  predictions: number;
  /** Number of predictions that were omitted because another one has the same text. */
  duplicates: number;
  /**
   * Number of texts whose duplicates have different labels. The label with the best source, then the latest one, is
   * used.
   */
  conflicts: number;
  by_split: Record<string, number>;
  by_label: Record<string, number>;
  by_source: Record<string, number>;
  /** Descriptions of what the set does not represent. */
  bias: string[];
}

/** A training set without its lines. Times are in milliseconds since 1970. */
export interface TrainingSet {
  id: string;
  name: string;
  state: 'ready' | 'revoked';
  selection: TrainingSelection;
  provenance: Provenance;
  examples: number;
  /** SHA-256 of all lines, in hex; null until it is computed. */
  sha256: string | null;
  createdAt: number;
  createdBy: string;
  revokedAt: number | null;
  predecessorId: string | null;
  successorId: string | null;
}
