import type { EmojiWords } from '../../src/platform/models/embedded/tokenizer.js';
import { DIMENSIONS, type ModelWeights } from '../../src/platform/models/embedded/weights.js';
import type { Trainer } from './trainer.js';

/**
 * Quantizes word vectors (one scale per word) and wide weights (one scale) to 8 bits. The small network keeps 32-bit
 * floats.
 */
export function quantize(trainer: Trainer, words: string[], emoji: EmojiWords, labels: string[]): ModelWeights {
  const values = trainer.embeddings.values;
  const embeddings = new Int8Array(values.length);
  const embeddingScales = new Float32Array(words.length);
  words.forEach((_, row) => {
    const at = row * DIMENSIONS;
    let maxAbsolute = 1e-9;
    for (let d = 0; d < DIMENSIONS; d++) maxAbsolute = Math.max(maxAbsolute, Math.abs(values[at + d]!));
    embeddingScales[row] = maxAbsolute / 127;
    for (let d = 0; d < DIMENSIONS; d++) embeddings[at + d] = Math.round((values[at + d]! / maxAbsolute) * 127);
  });
  // Clips the few largest wide weights, so that the many small ones keep their resolution.
  const sorted = Float32Array.from(trainer.wide.values, Math.abs).sort();
  const maxWeight = Math.max(1e-9, sorted[Math.floor(sorted.length * 0.9999)]!);
  const wide = Int8Array.from(trainer.wide.values, (value) =>
    Math.max(-127, Math.min(127, Math.round((value / maxWeight) * 127))),
  );
  return {
    labels,
    words,
    emoji,
    temperature: 1,
    embeddings,
    embeddingScales,
    filters: trainer.filters.values,
    filterBias: trainer.filterBias.values,
    head: trainer.head.values,
    headBias: trainer.headBias.values,
    wide,
    wideScale: maxWeight / 127,
  };
}
