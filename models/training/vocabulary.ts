import type { Lexicons, WordVectors } from './data.js';
import { seededRandom } from './random.js';
import { DIMENSIONS } from '../../src/platform/models/embedded/weights.js';

export interface Vocabulary {
  /** Row 0 is the unknown word. */
  words: string[];
  rows: Map<string, number>;
  /** Initial values, words × DIMENSIONS. */
  embeddings: Float32Array;
}

/**
 * Builds the vocabulary: words that are frequent enough in training, then lexicon words, then frequent words of the
 * vectors, up to `size`. A row starts as the word's vector × 0.5 (small noise if it has none), its VADER valence / 2
 * and its opinion polarity.
 */
export function buildVocabulary(
  texts: Iterable<string[]>,
  lexicons: Lexicons,
  vectors: WordVectors,
  size: number,
  seed: number,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const tokens of texts) for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const words = ['<unknown>'];
  const rows = new Map<string, number>();
  const add = (word: string): void => {
    if (words.length >= size || rows.has(word) || word.length > 40) return;
    rows.set(word, words.length);
    words.push(word);
  };
  const seen = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  for (const [word, count] of seen) if (count >= 3 || (count >= 2 && vectors.get(word))) add(word);
  for (const word of lexicons.valence.keys()) if (/^[a-z']+$/.test(word) || counts.has(word)) add(word);
  for (const word of lexicons.polarity.keys()) if (/^[a-z']+$/.test(word)) add(word);
  for (const word of vectors.words) if (/^[a-z]+$/.test(word)) add(word);

  const random = seededRandom(seed);
  const embeddings = new Float32Array(words.length * DIMENSIONS);
  words.forEach((word, row) => {
    const at = row * DIMENSIONS;
    const vector = vectors.get(word);
    for (let d = 0; d < DIMENSIONS - 2; d++) {
      embeddings[at + d] = vector ? vector[d]! * 0.5 : (random() - 0.5) * 0.1;
    }
    embeddings[at + DIMENSIONS - 2] = (lexicons.valence.get(word) ?? 0) / 2;
    embeddings[at + DIMENSIONS - 1] = lexicons.polarity.get(word) ?? 0;
  });
  return { words, rows, embeddings };
}
