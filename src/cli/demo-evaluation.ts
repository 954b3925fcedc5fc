/** A prediction and its ground truth. */
export interface LabelledPrediction {
  truth: string;
  label: string;
  confidence: number;
}

/** Metrics of labelled predictions, 0 to 1. `ece` is the expected calibration error with 15 equal bins. */
export interface Evaluation {
  accuracy: number;
  macroF1: number;
  ece: number;
}

const BINS = 15;

/** Evaluates labelled predictions. Macro-F1 averages over the labels that occur as ground truth. */
export function evaluatePredictions(predictions: readonly LabelledPrediction[]): Evaluation {
  const labels = [...new Set(predictions.map(({ truth }) => truth))];
  const f1 = labels.map((label) => {
    const hits = predictions.filter((each) => each.truth === label && each.label === label).length;
    const predicted = predictions.filter((each) => each.label === label).length;
    const actual = predictions.filter((each) => each.truth === label).length;
    return (2 * hits) / Math.max(1, predicted + actual);
  });
  const gaps = Array.from({ length: BINS }, () => 0);
  for (const { truth, label, confidence } of predictions) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
    gaps[bin] = (gaps[bin] as number) + confidence - (truth === label ? 1 : 0);
  }
  const n = Math.max(1, predictions.length);
  return {
    accuracy: predictions.filter(({ truth, label }) => truth === label).length / n,
    macroF1: f1.reduce((sum, value) => sum + value, 0) / Math.max(1, labels.length),
    ece: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / n,
  };
}
