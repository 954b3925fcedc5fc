/** Number of buckets of the hashed (wide) part. */
export const WIDE_BUCKETS = 1 << 18;
const MASK = WIDE_BUCKETS - 1;
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** 32-bit FNV-1a over the UTF-16 code units of `text[from, to)`, low byte first (Fowler, Noll and Vo). */
export function fnv1a(text: string, from = 0, to = text.length, seed = OFFSET): number {
  let hash = seed;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), PRIME);
    hash = Math.imul(hash ^ (unit >>> 8), PRIME);
  }
  return hash >>> 0;
}

/** Returns the bucket of a word unigram, from the hash of the word. */
export function unigramBucket(word: number): number {
  return (word ^ (word >>> 15)) & MASK;
}

/** Returns the bucket of two consecutive words; their order matters. */
export function bigramBucket(a: number, b: number): number {
  const hash = mix(mix(OFFSET, a), b);
  return (hash ^ (hash >>> 15)) & MASK;
}

/** Returns the bucket of three consecutive words; their order matters. */
export function trigramBucket(a: number, b: number, c: number): number {
  const hash = mix(mix(mix(OFFSET ^ 0x33, a), b), c);
  return (hash ^ (hash >>> 15)) & MASK;
}

/** Returns the buckets of the character 4-grams and 5-grams of a word, with its boundaries marked. */
export function characterBuckets(word: string): number[] {
  const marked = `<${word}>`;
  const buckets: number[] = [];
  if (word.length < 3) return buckets;
  for (let size = 4; size <= 5; size++) {
    for (let from = 0; from + size <= marked.length; from++) {
      const hash = fnv1a(marked, from, from + size, OFFSET ^ size);
      buckets.push((hash ^ (hash >>> 15)) & MASK);
    }
  }
  return buckets;
}

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, PRIME);
  mixed ^= mixed >>> 13;
  return Math.imul(mixed, PRIME) >>> 0;
}
