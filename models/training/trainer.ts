import { WIDE_BUCKETS } from '../../src/platform/models/embedded/features.js';
import { DIMENSIONS, FILTERS, PAIRS, POOLED, WIDTHS } from '../../src/platform/models/embedded/weights.js';
import { seededRandom } from './random.js';

/** One prepared text: word rows, hashed buckets, one target probability per label. */
export interface Prepared {
  rows: Int32Array;
  buckets: Int32Array;
  target: number[];
  weight: number;
}

export interface TrainingOptions {
  seed: number;
  rates: { network: number; embeddings: number; wide: number };
  dropout: { pooled: number; words: number; wide: number };
  smoothing: number;
}

export const DEFAULT_OPTIONS: TrainingOptions = {
  seed: 7,
  rates: { network: 0.03, embeddings: 0.015, wide: 0.12 },
  dropout: { pooled: 0.4, words: 0.1, wide: 0.15 },
  smoothing: 0.05,
};

/** A parameter matrix with its Adagrad accumulator (Duchi, Hazan and Singer 2011). */
class Parameters {
  private readonly squares: Float32Array;

  constructor(readonly values: Float32Array) {
    this.squares = new Float32Array(values.length);
  }

  update(index: number, gradient: number, rate: number): void {
    if (gradient === 0) return;
    const square = this.squares[index]! + gradient * gradient;
    this.squares[index] = square;
    this.values[index]! -= (rate * gradient) / (Math.sqrt(square) + 1e-8);
  }
}

/**
 * Trains the network that `SentimentNetwork` runs, stochastically, one text at a time. The same seed, options and order
 * of texts give the same parameters, bit for bit.
 */
export class Trainer {
  readonly embeddings: Parameters;
  readonly filters: Parameters;
  readonly filterBias = new Parameters(new Float32Array(POOLED));
  readonly head: Parameters;
  readonly headBias: Parameters;
  readonly wide: Parameters;
  private readonly random: () => number;
  private readonly pooled = new Float64Array(POOLED);
  private readonly positions = new Int32Array(POOLED);
  private projections = new Float64Array(64 * PAIRS);
  private rowGradients = new Float64Array(64 * DIMENSIONS);
  private readonly filterGradient = new Float64Array(DIMENSIONS);

  constructor(
    embeddings: Float32Array,
    private readonly labels: number,
    private readonly options: TrainingOptions,
  ) {
    this.random = seededRandom(options.seed);
    const noise = (length: number, scale: number): Float32Array =>
      Float32Array.from({ length }, () => (this.random() * 2 - 1) * scale);
    this.embeddings = new Parameters(embeddings);
    this.filters = new Parameters(noise(PAIRS * DIMENSIONS, 0.1));
    this.head = new Parameters(noise(labels * POOLED, 0.1));
    this.headBias = new Parameters(new Float32Array(labels));
    this.wide = new Parameters(new Float32Array(WIDE_BUCKETS * labels));
  }

  /**
   * Updates the parameters from one text; `decay` scales the learning rates. Returns the cross-entropy before the
   * update.
   */
  step(example: Prepared, decay: number): number {
    const { dropout, rates, smoothing } = this.options;
    const rows = Int32Array.from(example.rows, (row) => (this.random() < dropout.words ? 0 : row));
    this.forward(rows);
    const keepPooled = 1 - dropout.pooled;
    const mask = Float64Array.from({ length: POOLED }, () => (this.random() < keepPooled ? 1 / keepPooled : 0));
    const keepWide = 1 - dropout.wide;
    const buckets = example.buckets.filter(() => this.random() < keepWide);
    const wideScale = 1 / Math.sqrt(Math.max(1, buckets.length));
    const logits = this.logits(mask, buckets, wideScale);
    const probabilities = softmax(logits);
    let loss = 0;
    const gradients = probabilities.map((p, label) => {
      const target = example.target[label]! * (1 - smoothing) + smoothing / this.labels;
      loss -= target * Math.log(Math.max(p, 1e-12));
      return (p - target) * example.weight;
    });
    this.updateWide(buckets, gradients, wideScale, rates.wide * decay);
    this.updateNetwork(rows, gradients, mask, decay);
    return loss;
  }

  /** Returns the logits without dropout. */
  evaluate(example: Pick<Prepared, 'rows' | 'buckets'>): number[] {
    this.forward(example.rows);
    const mask = new Float64Array(POOLED).fill(1);
    return this.logits(mask, example.buckets, 1 / Math.sqrt(Math.max(1, example.buckets.length)));
  }

  private forward(rows: Int32Array): void {
    const n = rows.length;
    if (this.projections.length < n * PAIRS) {
      this.projections = new Float64Array(n * PAIRS);
      this.rowGradients = new Float64Array(n * DIMENSIONS);
    }
    const words = this.embeddings.values;
    const filters = this.filters.values;
    for (let t = 0; t < n; t++) {
      const row = rows[t]! * DIMENSIONS;
      for (let pair = 0; pair < PAIRS; pair++) {
        const filter = pair * DIMENSIONS;
        let a = 0;
        let b = 0;
        for (let d = 0; d < DIMENSIONS; d += 2) {
          a += words[row + d]! * filters[filter + d]!;
          b += words[row + d + 1]! * filters[filter + d + 1]!;
        }
        this.projections[t * PAIRS + pair] = a + b;
      }
    }
    let base = 0;
    WIDTHS.forEach((width, w) => {
      const last = Math.max(1, n - width + 1);
      for (let f = 0; f < FILTERS; f++) {
        let best = -Infinity;
        let position = 0;
        for (let at = 0; at < last; at++) {
          let sum = 0;
          for (let j = 0; j < width && at + j < n; j++) {
            sum += this.projections[(at + j) * PAIRS + base + j * FILTERS + f]!;
          }
          if (sum > best) {
            best = sum;
            position = at;
          }
        }
        const index = w * FILTERS + f;
        const value = best + this.filterBias.values[index]!;
        this.pooled[index] = value > 0 ? value : 0;
        this.positions[index] = position;
      }
      base += width * FILTERS;
    });
  }

  private logits(mask: Float64Array, buckets: Int32Array, wideScale: number): number[] {
    const logits: number[] = [];
    for (let label = 0; label < this.labels; label++) {
      let wide = 0;
      for (const bucket of buckets) wide += this.wide.values[bucket * this.labels + label]!;
      let sum = this.headBias.values[label]! + wide * wideScale;
      for (let f = 0; f < POOLED; f++) sum += this.pooled[f]! * mask[f]! * this.head.values[label * POOLED + f]!;
      logits.push(sum);
    }
    return logits;
  }

  private updateWide(buckets: Int32Array, gradients: number[], scale: number, rate: number): void {
    for (const bucket of buckets) {
      for (let label = 0; label < this.labels; label++) {
        this.wide.update(bucket * this.labels + label, gradients[label]! * scale, rate);
      }
    }
  }

  private updateNetwork(rows: Int32Array, gradients: number[], mask: Float64Array, decay: number): void {
    const rate = this.options.rates.network * decay;
    const n = rows.length;
    this.rowGradients.fill(0, 0, n * DIMENSIONS);
    let base = 0;
    WIDTHS.forEach((width, w) => {
      for (let f = 0; f < FILTERS; f++) {
        const index = w * FILTERS + f;
        const kept = mask[index]!;
        const pooled = this.pooled[index]! * kept;
        if (pooled === 0) continue;
        let gradient = 0;
        for (let label = 0; label < this.labels; label++) {
          const at = label * POOLED + index;
          gradient += gradients[label]! * this.head.values[at]! * kept;
          this.head.update(at, gradients[label]! * pooled, rate);
        }
        this.filterBias.update(index, gradient, rate);
        this.updateFilter(rows, base + f, width, this.positions[index]!, gradient, rate);
      }
      base += width * FILTERS;
    });
    for (let label = 0; label < this.labels; label++) this.headBias.update(label, gradients[label]!, rate);
    const rowRate = this.options.rates.embeddings * decay;
    for (let t = 0; t < n; t++) {
      const row = rows[t]! * DIMENSIONS;
      for (let d = 0; d < DIMENSIONS; d++)
        this.embeddings.update(row + d, this.rowGradients[t * DIMENSIONS + d]!, rowRate);
    }
  }

  private updateFilter(
    rows: Int32Array,
    filter: number,
    width: number,
    position: number,
    gradient: number,
    rate: number,
  ): void {
    const words = this.embeddings.values;
    const filters = this.filters.values;
    for (let j = 0; j < width && position + j < rows.length; j++) {
      const row = rows[position + j]! * DIMENSIONS;
      const at = (filter + j * FILTERS) * DIMENSIONS;
      const sink = (position + j) * DIMENSIONS;
      for (let d = 0; d < DIMENSIONS; d++) {
        this.rowGradients[sink + d]! += gradient * filters[at + d]!;
        this.filterGradient[d] = gradient * words[row + d]!;
      }
      for (let d = 0; d < DIMENSIONS; d++) this.filters.update(at + d, this.filterGradient[d]!, rate);
    }
  }
}

export function softmax(logits: readonly number[], temperature = 1): number[] {
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp((logit - top) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
