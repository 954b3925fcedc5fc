/**
 * Trains the embedded model and writes `models/sentiment-en/`.
 *
 *   npm run model:train -- --data <folder> [--vectors <file>] [--out <folder>] [--epochs 4] [--seed 7]
 *
 * For experiments, `--options` overrides source weights, rates, dropout, smoothing and temperature, as JSON.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  bigramBucket,
  characterBuckets,
  fnv1a,
  trigramBucket,
  unigramBucket,
} from '../../src/platform/models/embedded/features.js';
import { SentimentNetwork } from '../../src/platform/models/embedded/network.js';
import { collapseDoubled, tokenize } from '../../src/platform/models/embedded/tokenizer.js';
import { readWeights, writeWeights } from '../../src/platform/models/embedded/weights.js';
import { type Example, LABELS, readEmoji, readLexicons, readSentences, readVectors } from './data.js';
import { evaluate, type Judged } from './metrics.js';
import { quantize } from './quantize.js';
import { shuffle, seededRandom } from './random.js';
import { ownPhrases } from './templates.js';
import { DEFAULT_OPTIONS, type Prepared, softmax, Trainer, type TrainingOptions } from './trainer.js';
import { buildVocabulary } from './vocabulary.js';

const DEFAULT_WEIGHTS: Record<string, number> = {
  goemo: 1,
  vader_tweets: 2,
  vader_amazon: 2,
  vader_movie: 1.3,
  rt: 0.7,
  mrdoc: 0.7,
  prod: 1.1,
  proscons: 0.25,
  own: 1,
};
const VOCABULARY = 30_000;
const OWN_PHRASES = 5_000;
const CHUNK = 50;
const CHUNKS_PER_DOCUMENT = 4;

const { values: args } = parseArgs({
  options: {
    data: { type: 'string' },
    vectors: { type: 'string' },
    out: { type: 'string', default: 'models/sentiment-en' },
    epochs: { type: 'string', default: '4' },
    seed: { type: 'string', default: '7' },
    options: { type: 'string', default: '{}' },
  },
});
if (!args.data) {
  process.stderr.write('usage: npm run model:train -- --data <folder with sentences.jsonl.gz and the lexicons>\n');
  process.exit(2);
}
const data = args.data;
const overrides = JSON.parse(args.options) as Partial<TrainingOptions> & {
  weights?: Record<string, number>;
  temperature?: number;
};
const { weights: weightOverrides, temperature: fixedTemperature, ...optionOverrides } = overrides;
const SOURCE_WEIGHTS = { ...DEFAULT_WEIGHTS, ...weightOverrides };
const seed = Number(args.seed);
const epochs = Number(args.epochs);
const started = Date.now();
const say = (line: string): void =>
  void process.stderr.write(`[${((Date.now() - started) / 1000).toFixed(0)} s] ${line}\n`);

const emoji = readEmoji(join(data, 'emoji-descriptions.txt'));
const lexicons = readLexicons(data);
const all = readSentences(join(data, 'sentences.jsonl.gz'));
const training = [...all.filter((example) => example.split === 'train'), ...ownPhrases(OWN_PHRASES, seed)];
const dev = all.filter((example) => example.split === 'dev');
const tokens = new Map<Example, string[]>(training.map((example) => [example, tokenize(example.text, emoji)]));
say(`${training.length} training texts, ${dev.length} dev texts; reading the word vectors`);
const vocabulary = buildVocabulary(tokens.values(), lexicons, readVectors(args.vectors), VOCABULARY, seed);
say(`${vocabulary.words.length} words`);

const prepare = (words: string[], example: Example): Prepared => {
  const hashes = words.map((word) => fnv1a(word));
  const buckets: number[] = [];
  words.forEach((word, i) => {
    buckets.push(unigramBucket(hashes[i]!), ...characterBuckets(word));
    if (i >= 1) buckets.push(bigramBucket(hashes[i - 1]!, hashes[i]!));
    if (i >= 2) buckets.push(trigramBucket(hashes[i - 2]!, hashes[i - 1]!, hashes[i]!));
  });
  return {
    rows: Int32Array.from(
      words,
      (word) => vocabulary.rows.get(word) ?? vocabulary.rows.get(collapseDoubled(word)) ?? 0,
    ),
    buckets: Int32Array.from(buckets),
    target: example.target,
    weight: SOURCE_WEIGHTS[example.source] ?? 1,
  };
};
const documents: Prepared[][] = [];
for (const [example, words] of tokens) {
  if (words.length === 0) continue;
  const chunks: Prepared[] = [];
  if (words.length <= 60) chunks.push(prepare(words, example));
  else
    for (let from = 0; from < words.length; from += CHUNK)
      chunks.push(prepare(words.slice(from, from + CHUNK), example));
  documents.push(chunks);
}

const options: TrainingOptions = { ...DEFAULT_OPTIONS, ...optionOverrides, seed };
const trainer = new Trainer(vocabulary.embeddings, LABELS.length, options);
const order = seededRandom(seed + 1);
for (let epoch = 0; epoch < epochs; epoch++) {
  const texts = shuffle(
    documents.flatMap((chunks) => shuffle([...chunks], order).slice(0, CHUNKS_PER_DOCUMENT)),
    order,
  );
  let loss = 0;
  texts.forEach((text, i) => {
    const progress = (epoch + i / texts.length) / epochs;
    loss += trainer.step(text, Math.max(0.02, 1 - progress));
    if ((i + 1) % 20_000 === 0)
      say(`epoch ${epoch + 1}/${epochs}: ${i + 1}/${texts.length} texts, loss ${(loss / (i + 1)).toFixed(4)}`);
  });
}

/**
 * Returns the temperature between 0.9 and 1 with the smallest log-loss, averaged over the dev sources that have all
 * three labels (Guo et al. 2017). Sources without neutral texts are easier than texts in production and would make the
 * model overconfident.
 */
function chooseTemperature(weights: ReturnType<typeof quantize>): number {
  let best = { temperature: 1, loss: Infinity };
  const network = new SentimentNetwork({ ...weights, temperature: 1 });
  const labelsOf = new Map<string, Set<number>>();
  for (const { source, label } of dev) labelsOf.set(source, (labelsOf.get(source) ?? new Set()).add(label));
  const complete = dev.filter(({ source }) => labelsOf.get(source)?.size === LABELS.length);
  const logits = complete.map((example) => {
    const { scores } = network.predict(example.text);
    return { example, logits: LABELS.map((label) => Math.log(Math.max(scores[label]!, 1e-6))) };
  });
  for (let temperature = 0.9; temperature <= 1.0001; temperature += 0.02) {
    const losses = new Map<string, { sum: number; count: number }>();
    for (const { example, logits: values } of logits) {
      const entry = losses.get(example.source) ?? { sum: 0, count: 0 };
      entry.sum -= Math.log(Math.max(softmax(values, temperature)[example.label]!, 1e-12));
      entry.count += 1;
      losses.set(example.source, entry);
    }
    const loss = [...losses.values()].reduce((sum, entry) => sum + entry.sum / entry.count, 0) / losses.size;
    if (loss < best.loss) best = { temperature: Math.round(temperature * 100) / 100, loss };
  }
  return best.temperature;
}

const weights = quantize(trainer, vocabulary.words, emoji, [...LABELS]);
weights.temperature = fixedTemperature ?? chooseTemperature(weights);
const file = writeWeights(weights);
const network = new SentimentNetwork(readWeights(file));
const evaluated: Judged[] = dev.map((example) => {
  const { scores } = network.predict(example.text);
  return { truth: example.label, probabilities: LABELS.map((label) => scores[label]!), source: example.source };
});
const result = evaluate(evaluated, LABELS.length);
const sha256 = createHash('sha256').update(file).digest('hex');
mkdirSync(args.out, { recursive: true });
writeFileSync(join(args.out, 'weights.bin'), file);
writeFileSync(
  join(args.out, 'model.json'),
  `${JSON.stringify(
    {
      name: 'sentiment-en',
      version: `sentiment-en-${sha256.slice(0, 12)}`,
      sha256,
      bytes: file.length,
      labels: LABELS,
      language: 'en',
      temperature: weights.temperature,
      training: { seed, epochs, texts: training.length, sources: SOURCE_WEIGHTS, own_phrases: OWN_PHRASES, options },
      dev: result,
    },
    null,
    2,
  )}\n`,
);
say(`${args.out}/weights.bin ${(file.length / 2 ** 20).toFixed(2)} MiB, temperature ${weights.temperature}`);
say(`dev: accuracy ${result.accuracy.toFixed(4)}, macro-F1 ${result.macroF1.toFixed(4)}, ECE ${result.ece.toFixed(4)}`);
