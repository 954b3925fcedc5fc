import { createHash } from 'node:crypto';
import type { TenantContext } from '#kernel';
import type { LabelledPrediction, LabelCandidate } from './labelled-predictions.repository.js';
import { SPLITS, type Split, type TrainingSelection, TRAINING_LABEL_SOURCES } from './training-set.js';

/** One of the distinct texts of a set, represented by its first prediction. */
export interface UniqueText {
  prediction: LabelledPrediction;
  best: LabelCandidate;
  /** All predictions of the text and their users. `acceptedAt` is in milliseconds since 1970. */
  sources: { predictionId: string; userId: string | null; acceptedAt: number }[];
}

/**
 * Keeps one of several equal texts and counts the others. Memory grows with the number of distinct texts, not their
 * length.
 */
export class Deduplication {
  /** Texts by their hash. */
  readonly kept = new Map<string, UniqueText>();
  predictions = 0;
  duplicates = 0;
  private readonly conflicting = new Set<string>();

  /** Number of texts whose labels contradict each other, in one prediction or between predictions. */
  get conflicts(): number {
    return this.conflicting.size;
  }

  /**
   * Adds a prediction, if it has a label. Predictions must be added in the order of their ids: the first one represents
   * the text, with the best label of all.
   */
  add(prediction: LabelledPrediction): void {
    const best = bestLabel(prediction.candidates);
    if (!best) return;
    this.predictions += 1;
    const { candidates, id, inputHash, recordedAt, userId } = prediction;
    if (candidates.some(({ label }) => label !== best.label)) this.conflicting.add(inputHash);
    const source = { predictionId: id, userId, acceptedAt: recordedAt };
    const existing = this.kept.get(inputHash);
    if (!existing) {
      this.kept.set(inputHash, { prediction, best, sources: [source] });
      return;
    }
    this.duplicates += 1;
    existing.sources.push(source);
    if (existing.best.label !== best.label) this.conflicting.add(inputHash);
    existing.best = bestLabel([existing.best, best]) as LabelCandidate;
  }
}

/**
 * Returns the label with the best source; of these the one whose truth is the latest, then the one recorded last, then
 * the greatest id. A label that arrives late does not replace a later truth. The order of `candidates` has no effect.
 */
export function bestLabel(candidates: readonly LabelCandidate[]): LabelCandidate | undefined {
  return [...candidates].sort(
    (a, b) =>
      TRAINING_LABEL_SOURCES.indexOf(a.source) - TRAINING_LABEL_SOURCES.indexOf(b.source) ||
      b.trueSince - a.trueSince ||
      b.at - a.at ||
      (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  )[0];
}

/**
 * Returns the part of the set to which a text belongs. All texts of one user, otherwise of one session, are in the same
 * part, because a model must not be tested with texts of a person it was trained with. The SHA-256 of seed, tenant and
 * subject, read as a number from 0 to 1, decides.
 */
export function splitOf(
  { tenantId }: TenantContext,
  { seed, splits }: Pick<TrainingSelection, 'seed' | 'splits'>,
  { inputHash, sessionId, userId }: Pick<LabelledPrediction, 'inputHash' | 'sessionId' | 'userId'>,
): Split {
  const subject =
    userId !== null ? `user ${userId}` : sessionId !== null ? `session ${sessionId}` : `text ${inputHash}`;
  const hash = createHash('sha256').update([seed, tenantId, subject].join('\n')).digest();
  const at = hash.readUIntBE(0, 6) / 2 ** 48;
  let upTo = 0;
  for (const split of SPLITS) {
    upTo += splits[split];
    if (at < upTo) return split;
  }
  return [...SPLITS].reverse().find((split) => splits[split] > 0) ?? 'train';
}
