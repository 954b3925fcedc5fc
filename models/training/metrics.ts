/** Results of a labelled evaluation. All shares are between 0 and 1. */
export interface Evaluation {
  items: number;
  accuracy: number;
  macroF1: number;
  /** Expected calibration error over 15 bins of equal width (Guo et al. 2017). */
  ece: number;
  logLoss: number;
  bySource: Record<string, { items: number; accuracy: number }>;
  reliability: { low: number; high: number; count: number; confidence: number; accuracy: number }[];
}

export interface Judged {
  truth: number;
  probabilities: readonly number[];
  source: string;
}

const BINS = 15;

/** Returns accuracy, macro-F1, calibration and log-loss of `items`, which have one probability vector per item. */
export function evaluate(items: readonly Judged[], labels: number): Evaluation {
  const confusion = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  const sources: Record<string, { items: number; right: number }> = {};
  let logLoss = 0;
  for (const { truth, probabilities, source } of items) {
    const confidence = Math.max(...probabilities);
    const guess = probabilities.indexOf(confidence);
    confusion[truth]![guess]! += 1;
    const right = guess === truth ? 1 : 0;
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1))]!;
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += right;
    const entry = (sources[source] ??= { items: 0, right: 0 });
    entry.items += 1;
    entry.right += right;
    logLoss -= Math.log(Math.max(probabilities[truth]!, 1e-12));
  }
  const n = Math.max(1, items.length);
  const f1 = confusion.map((row, label) => {
    const hit = row[label]!;
    const predicted = confusion.reduce((sum, other) => sum + other[label]!, 0);
    const actual = row.reduce((sum, count) => sum + count, 0);
    return predicted + actual === 0 ? 0 : (2 * hit) / (predicted + actual);
  });
  return {
    items: items.length,
    accuracy: confusion.reduce((sum, row, label) => sum + row[label]!, 0) / n,
    macroF1: f1.reduce((a, b) => a + b, 0) / labels,
    ece: bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0) / n,
    logLoss: logLoss / n,
    bySource: Object.fromEntries(
      Object.entries(sources).map(([source, { items, right }]) => [source, { items, accuracy: right / items }]),
    ),
    reliability: bins.map((bin, i) => ({
      low: i / BINS,
      high: (i + 1) / BINS,
      count: bin.count,
      confidence: bin.count ? bin.confidence / bin.count : 0,
      accuracy: bin.count ? bin.right / bin.count : 0,
    })),
  };
}
