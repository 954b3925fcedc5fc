/** One judged answer. */
export interface JudgedAnswer {
  truth: string;
  label: string;
  confidence: number;
}

/** Figures of labelled answers, 0 to 1: accuracy, macro-F1 over the true labels, expected calibration error (15 equal bins). */
export interface Evaluation {
  accuracy: number;
  macroF1: number;
  ece: number;
}

const BINS = 15;

export function evaluateAnswers(answers: readonly JudgedAnswer[]): Evaluation {
  const labels = [...new Set(answers.map(({ truth }) => truth))];
  const f1 = labels.map((label) => {
    const hits = answers.filter((answer) => answer.truth === label && answer.label === label).length;
    const predicted = answers.filter((answer) => answer.label === label).length;
    const actual = answers.filter((answer) => answer.truth === label).length;
    return (2 * hits) / Math.max(1, predicted + actual);
  });
  const gaps = Array.from({ length: BINS }, () => 0);
  for (const { truth, label, confidence } of answers) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
    gaps[bin] = (gaps[bin] as number) + confidence - (truth === label ? 1 : 0);
  }
  const n = Math.max(1, answers.length);
  return {
    accuracy: answers.filter(({ truth, label }) => truth === label).length / n,
    macroF1: f1.reduce((sum, value) => sum + value, 0) / Math.max(1, labels.length),
    ece: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / n,
  };
}
