import { bigramBucket, characterBuckets, fnv1a, trigramBucket, unigramBucket } from './features.js';
import { collapseDoubled, tokenize } from './tokenizer.js';
import { DIMENSIONS, FILTERS, type ModelWeights, PAIRS, POOLED } from './weights.js';

/** A text with more tokens is split into chunks whose logits are averaged. */
const CHUNK_ABOVE = 60;
const CHUNK = 50;
/** Maximum number of tokens. The rest of a text is ignored and the prediction is marked `truncated`. */
const MAX_TOKENS = 1200;
/** Maximum number of words whose projections are kept, 1.2 kB each. */
const MAX_MEMO_WORDS = 12_000;
/** A longer token rarely occurs twice, so the memo does not keep it. */
const MAX_MEMO_TOKEN_LENGTH = 40;
const WARM_UP_ROUNDS = 20;
const WARM_UP_WORDS = 200;
/** Prediction for a text without any known word: neutral with low confidence. */
const NO_EVIDENCE: Readonly<Record<string, number>> = { negative: 0.3, neutral: 0.4, positive: 0.3 };

/** Prediction for one text. `scores` has one probability per label; they sum to 1. */
export interface NetworkPrediction {
  label: string;
  confidence: number;
  scores: Record<string, number>;
  lowEvidence: boolean;
  truncated: boolean;
}

interface Word {
  known: boolean;
  hash: number;
  /** Index of the word's first projection in the slab. */
  slot: number;
  /** Sums of the wide weights of the word and its character n-grams, one per label. */
  wide: Float64Array;
  wideCount: number;
}

/**
 * Hashed n-grams (wide) plus a convolutional network over word vectors (deep; Kim 2014), with their logits added.
 *
 * - A convolution over embeddings is linear, so the projection of each word on all (position, filter) pairs is computed
 *   once and kept: a sentence costs lookups and additions.
 * - Predictions depend on the text alone: the only state is the bounded memo, and there is no randomness and no
 *   platform-dependent arithmetic.
 */
export class SentimentNetwork {
  private readonly rows: Map<string, number>;
  private memo = new Map<string, Word>();
  /** Projections, PAIRS values per slot. Slots after MAX_MEMO_WORDS hold words of one text that the memo omits. */
  private readonly slab = new Float32Array((MAX_MEMO_WORDS + MAX_TOKENS) * PAIRS);
  private slots = 0;
  private readonly vector = new Float32Array(DIMENSIONS);
  private readonly pooled = new Float64Array(POOLED);

  constructor(private readonly weights: ModelWeights) {
    this.rows = new Map(weights.words.map((word, row) => [word, row]));
  }

  get labels(): readonly string[] {
    return this.weights.labels;
  }

  /**
   * Runs every path until the engine has compiled it, because the first predictions of a cold process are 100 times
   * slower. Repeats a few words: their number does not matter to the compiler, but each new word costs a projection.
   */
  warmUp(): void {
    for (let round = 0; round < WARM_UP_ROUNDS; round++) {
      for (let from = 1; from < WARM_UP_WORDS; from += 20)
        this.predict(this.weights.words.slice(from, from + 20).join(' '));
    }
  }

  predict(text: string): NetworkPrediction {
    // Clearing the whole memo costs one recomputation per word and needs no bookkeeping on the hot path.
    if (this.slots >= MAX_MEMO_WORDS) {
      this.memo = new Map();
      this.slots = 0;
    }
    const all = tokenize(text, this.weights.emoji);
    const truncated = all.length > MAX_TOKENS;
    if (truncated) all.length = MAX_TOKENS;
    const words = all.map((token) => this.word(token));
    if (!words.some((word) => word.known)) {
      return { label: 'neutral', confidence: 0.4, scores: { ...NO_EVIDENCE }, lowEvidence: true, truncated };
    }
    return this.toPrediction(this.logits(words), truncated);
  }

  private logits(words: Word[]): Float64Array {
    const total = new Float64Array(this.weights.labels.length);
    if (words.length <= CHUNK_ABOVE) {
      this.addLogits(words, total);
      return total;
    }
    const chunks = Math.ceil(words.length / CHUNK);
    const size = Math.ceil(words.length / chunks);
    let parts = 0;
    for (let from = 0; from < words.length; from += size, parts++)
      this.addLogits(words.slice(from, from + size), total);
    for (let label = 0; label < total.length; label++) total[label]! /= parts;
    return total;
  }

  private addLogits(words: Word[], total: Float64Array): void {
    this.pool(words);
    const { head, headBias, filterBias } = this.weights;
    for (let f = 0; f < POOLED; f++) this.pooled[f] = Math.max(0, this.pooled[f]! + filterBias[f]!);
    for (let label = 0; label < total.length; label++) {
      let sum = headBias[label]!;
      for (let f = 0; f < POOLED; f++) sum += this.pooled[f]! * head[label * POOLED + f]!;
      total[label]! += sum;
    }
    this.addWide(words, total);
  }

  /** Pools the maximum over time for each filter of widths 1, 2 and 3. Shorter texts are padded with zeros. */
  private pool(words: Word[]): void {
    const { slab, pooled } = this;
    const n = words.length;
    const F = FILTERS;
    pooled.fill(-Infinity);
    for (let t = 0; t < n; t++) {
      const a = words[t]!.slot;
      const b = t + 1 < n ? words[t + 1]!.slot : -1;
      const c = t + 2 < n ? words[t + 2]!.slot : -1;
      for (let f = 0; f < F; f++) {
        const one = slab[a + f]!;
        if (one > pooled[f]!) pooled[f] = one;
      }
      if (b >= 0 || n < 2) {
        for (let f = 0; f < F; f++) {
          const two = slab[a + F + f]! + (b >= 0 ? slab[b + 2 * F + f]! : 0);
          if (two > pooled[F + f]!) pooled[F + f] = two;
        }
      }
      if (c >= 0 || (n < 3 && t === 0)) {
        for (let f = 0; f < F; f++) {
          const rest = (b >= 0 ? slab[b + 4 * F + f]! : 0) + (c >= 0 ? slab[c + 5 * F + f]! : 0);
          const three = slab[a + 3 * F + f]! + rest;
          if (three > pooled[2 * F + f]!) pooled[2 * F + f] = three;
        }
      }
    }
  }

  private addWide(words: Word[], total: Float64Array): void {
    const labels = total.length;
    const { wide, wideScale } = this.weights;
    const sums = new Float64Array(labels);
    let count = 0;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      for (let label = 0; label < labels; label++) sums[label]! += word.wide[label]!;
      count += word.wideCount;
      if (i >= 1) {
        const bucket = bigramBucket(words[i - 1]!.hash, word.hash) * labels;
        for (let label = 0; label < labels; label++) sums[label]! += wide[bucket + label]!;
        count++;
      }
      if (i >= 2) {
        const bucket = trigramBucket(words[i - 2]!.hash, words[i - 1]!.hash, word.hash) * labels;
        for (let label = 0; label < labels; label++) sums[label]! += wide[bucket + label]!;
        count++;
      }
    }
    const scale = wideScale / Math.sqrt(Math.max(1, count));
    for (let label = 0; label < labels; label++) total[label]! += sums[label]! * scale;
  }

  private word(token: string): Word {
    const cached = this.memo.get(token);
    if (cached) return cached;
    const word = this.project(token, this.slots++ * PAIRS);
    if (token.length <= MAX_MEMO_TOKEN_LENGTH) this.memo.set(token, word);
    return word;
  }

  private project(token: string, slot: number): Word {
    const row = this.rows.get(token) ?? this.rows.get(collapseDoubled(token)) ?? 0;
    const { embeddings, embeddingScales, filters, wide } = this.weights;
    const { slab, vector } = this;
    const scale = embeddingScales[row]!;
    for (let d = 0; d < DIMENSIONS; d++) vector[d] = embeddings[row * DIMENSIONS + d]! * scale;
    for (let pair = 0, at = 0; pair < PAIRS; pair++) {
      let a = 0;
      let b = 0;
      for (let d = 0; d < DIMENSIONS; d += 2, at += 2) {
        a += vector[d]! * filters[at]!;
        b += vector[d + 1]! * filters[at + 1]!;
      }
      slab[slot + pair] = a + b;
    }
    const hash = fnv1a(token);
    const labels = this.weights.labels.length;
    const sums = new Float64Array(labels);
    const buckets = [unigramBucket(hash), ...characterBuckets(token)];
    for (const bucket of buckets) {
      for (let label = 0; label < labels; label++) sums[label]! += wide[bucket * labels + label]!;
    }
    return { known: row > 0, hash, slot, wide: sums, wideCount: buckets.length };
  }

  private toPrediction(logits: Float64Array, truncated: boolean): NetworkPrediction {
    const { labels, temperature } = this.weights;
    const top = Math.max(...logits);
    const powers = Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    // Six decimals carry more than any meaning, and hide differences in the last bit between CPUs.
    const scores = Object.fromEntries(labels.map((label, i) => [label, round(powers[i]! / sum)]));
    const label = labels.reduce((best, candidate) => (scores[candidate]! > scores[best]! ? candidate : best));
    return { label, confidence: scores[label]!, scores, lowEvidence: false, truncated };
  }
}

function round(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
