import { createHash } from 'node:crypto';
import type { TenantContext } from '#kernel';
import type { LabelledPrediction, TrueLabel } from './labelled-predictions.repository.js';
import { SPLITS, type Split, type TrainingSelection, TRUTHS } from './training-set.js';

/** A text that is kept, without the text. */
export interface KeptText {
  prediction: LabelledPrediction;
  truth: TrueLabel;
  /** Everybody whose prediction it was: [prediction, user, accepted]. */
  sources: { predictionId: string; userId: string | null; acceptedAt: number }[];
}

/** One of several texts that are the same, and what was counted on the way. Memory grows with the texts that are kept, not with their length. */
export class Deduplication {
  readonly kept = new Map<string, KeptText>();
  predictions = 0;
  duplicates = 0;
  private readonly conflicting = new Set<string>();

  get conflicts(): number {
    return this.conflicting.size;
  }

  /** In the order of ids: the first prediction of a text stands for it, under the best label that any of them has. */
  add(prediction: LabelledPrediction): void {
    const truth = bestOf(prediction.truths);
    if (!truth) return;
    this.predictions += 1;
    const { id, inputHash, recordedAt, userId } = prediction;
    const source = { predictionId: id, userId, acceptedAt: recordedAt };
    const before = this.kept.get(inputHash);
    if (!before) {
      this.kept.set(inputHash, { prediction, truth, sources: [source] });
      return;
    }
    this.duplicates += 1;
    before.sources.push(source);
    if (before.truth.label !== truth.label) this.conflicting.add(inputHash);
    before.truth = bestOf([before.truth, truth]) as TrueLabel;
  }
}

/** The best source first, then the latest, then by id: the same whatever the order. */
export function bestOf(truths: readonly TrueLabel[]): TrueLabel | undefined {
  return [...truths].sort(
    (a, b) =>
      TRUTHS.indexOf(a.source) - TRUTHS.indexOf(b.source) || b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  )[0];
}

/**
 * Where a subject's texts belong: all of one user (or session, or the text alone) into the same part, so that nobody is in two of them.
 * By SHA-256 of seed, tenant and subject, as a number from 0 to 1.
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
