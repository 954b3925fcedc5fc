import { BulkInsert, type SubjectTable } from '#persistence';
import type { FieldPlace, SealedTable } from '#secrets';

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

export const EXAMPLE_INSERT = new BulkInsert('training_examples', {
  id: 'uuid',
  tenant_id: 'uuid',
  training_set_id: 'uuid',
  n: 'integer',
  body: 'text',
});

export const SOURCE_INSERT = new BulkInsert('training_sources', {
  id: 'uuid',
  tenant_id: 'uuid',
  training_set_id: 'uuid',
  n: 'integer',
  prediction_id: 'uuid',
  user_id: 'text',
  accepted_at: 'timestamp',
});

export const SUBJECT_SOURCES: SubjectTable = {
  store: 'training_sources',
  table: 'training_sources',
  accepted: 'accepted_at',
  children: [],
  // One erasure at a time takes the sets of a tenant apart: its row is the lock, on both databases.
  before: (marks) => `UPDATE tenants SET slug = slug WHERE id = $1 AND id NOT IN (${marks})`,
};

export const SEALED_EXAMPLES: SealedTable = { table: 'training_examples', columns: [{ name: 'body', kind: 'text' }] };

export function bodyPlace(id: string): FieldPlace {
  return { table: 'training_examples', column: 'body', id };
}
