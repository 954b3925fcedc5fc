/** What a caller may say about the scores of a prediction. */
export const SCORES_KINDS = ['distribution', 'independent', 'partial'] as const;
/** `unverified` scores are stored, but no figure is based on them. */
export type ScoresKind = (typeof SCORES_KINDS)[number] | 'unverified';

const TOLERANCE = 1e-3;
/** Sums of decimal fractions are not exact. */
const ROUNDING = 1e-9;

/** Scores of a prediction, with what they are about. */
export interface Scored {
  label: string;
  confidence?: number | null | undefined;
  scores?: Readonly<Record<string, number>> | null | undefined;
  scoresKind?: string | null | undefined;
}

/** Returns the differences of scores from a probability distribution whose probability of the label is the confidence. */
export function differencesFromDistribution({ confidence, label, scores }: Scored): ('sum' | 'confidence')[] {
  const given = scores ?? {};
  const own = Object.hasOwn(given, label) ? given[label] : undefined;
  const sum = Object.values(given).reduce((total, score) => total + score, 0);
  const isNear = (a: number | null | undefined, b: number): boolean =>
    typeof a === 'number' && Math.abs(a - b) <= TOLERANCE + ROUNDING;
  return [
    ...(isNear(sum, 1) ? [] : ['sum' as const]),
    ...(own !== undefined && isNear(confidence, own) ? [] : ['confidence' as const]),
  ];
}

/**
 * Returns the kind of scores; null without scores. Scores that are not said to be anything else are a distribution or,
 * if they contradict that, `unverified`.
 */
export function kindOfScores(scored: Scored): ScoresKind | null {
  const { scores, scoresKind } = scored;
  if (scores === null || scores === undefined) return null;
  if (scoresKind === 'independent' || scoresKind === 'partial') return scoresKind;
  return differencesFromDistribution(scored).length === 0 ? 'distribution' : 'unverified';
}
