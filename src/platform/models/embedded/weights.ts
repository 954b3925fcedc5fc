import type { EmojiWords } from './tokenizer.js';

/** Widths of the convolutions, in words. */
export const WIDTHS = [1, 2, 3] as const;
/** Number of filters per width. */
export const FILTERS = 48;
/** Length of a word vector. */
export const DIMENSIONS = 102;
/** Number of pooled features: one per filter. */
export const POOLED = WIDTHS.length * FILTERS;
/** Number of (filter, position) pairs; the projection of a word has one value for each. */
export const PAIRS = WIDTHS.reduce<number>((sum, width) => sum + width, 0) * FILTERS;

/** Weights of the network. Matrices are row-major. */
export interface ModelWeights {
  labels: string[];
  /** Words by row of `embeddings`; row 0 is the unknown word. */
  words: string[];
  emoji: EmojiWords;
  /** Divides the logits before the softmax (Guo et al. 2017). */
  temperature: number;
  /** words × DIMENSIONS; each row is multiplied by its scale. */
  embeddings: Int8Array;
  embeddingScales: Float32Array;
  /** PAIRS × DIMENSIONS: width by width, position by position, filter by filter. */
  filters: Float32Array;
  filterBias: Float32Array;
  /** labels × POOLED */
  head: Float32Array;
  headBias: Float32Array;
  /** WIDE_BUCKETS × labels */
  wide: Int8Array;
  wideScale: number;
}

interface Header {
  format: 1;
  labels: string[];
  words: string[];
  emoji: [string, string][];
  temperature: number;
  wideScale: number;
  sections: { name: SectionName; length: number }[];
}

const SECTIONS = ['embeddingScales', 'filters', 'filterBias', 'head', 'headBias', 'embeddings', 'wide'] as const;
type SectionName = (typeof SECTIONS)[number];
const MAGIC = 'FLM1';

/**
 * Serializes the weights: magic, header length (uint32, little endian), JSON header padded to 4 bytes, then the
 * sections, floats before bytes.
 */
export function writeWeights(weights: ModelWeights): Buffer {
  const header: Header = {
    format: 1,
    labels: weights.labels,
    words: weights.words,
    emoji: [...weights.emoji].map(([symbol, words]) => [symbol, words.join(' ')]),
    temperature: weights.temperature,
    wideScale: weights.wideScale,
    sections: SECTIONS.map((name) => ({ name, length: weights[name].length })),
  };
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 4) * 4, ' ');
  json.copy(padded);
  const start = Buffer.alloc(8);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(padded.length, 4);
  const sections = SECTIONS.map((name) => {
    const data = weights[name];
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  });
  return Buffer.concat([start, padded, ...sections]);
}

/**
 * Reads weights that `writeWeights` wrote.
 * @throws Error when the bytes do not have this format
 */
export function readWeights(file: Buffer): ModelWeights {
  if (file.length < 8 || file.toString('latin1', 0, 4) !== MAGIC) throw new Error('not a model file of format FLM1');
  const headerLength = file.readUInt32LE(4);
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Header;
  // Copied to offset 0, because float sections must be aligned and a pooled Buffer may start anywhere.
  const body = new Uint8Array(file.subarray(8 + headerLength)).buffer;
  let offset = 0;
  const readSection = (name: SectionName): Float32Array | Int8Array => {
    const section = header.sections.find((candidate) => candidate.name === name);
    if (!section) throw new Error(`model file has no section ${name}`);
    const bytes = name === 'embeddings' || name === 'wide' ? 1 : 4;
    const data =
      bytes === 1 ? new Int8Array(body, offset, section.length) : new Float32Array(body, offset, section.length);
    offset += section.length * bytes;
    return data;
  };
  const floats = (name: SectionName): Float32Array => readSection(name) as Float32Array;
  return {
    labels: header.labels,
    words: header.words,
    emoji: new Map(header.emoji.map(([symbol, words]) => [symbol, words.split(' ')])),
    temperature: header.temperature,
    wideScale: header.wideScale,
    embeddingScales: floats('embeddingScales'),
    filters: floats('filters'),
    filterBias: floats('filterBias'),
    head: floats('head'),
    headBias: floats('headBias'),
    embeddings: readSection('embeddings') as Int8Array,
    wide: readSection('wide') as Int8Array,
  };
}
