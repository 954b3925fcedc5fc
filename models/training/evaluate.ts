/**
 * Measures the embedded model on labelled sentences.
 *
 *   npm run model:evaluate -- --data <sentences.jsonl[.gz]> [--model models/sentiment-en] [--split dev] [--json]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SentimentNetwork } from '../../src/platform/models/embedded/network.js';
import { readWeights } from '../../src/platform/models/embedded/weights.js';
import { LABELS, readSentences } from './data.js';
import { evaluate } from './metrics.js';

const { values: args } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: 'models/sentiment-en' },
    split: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (!args.data) {
  process.stderr.write('usage: npm run model:evaluate -- --data <file of JSON lines {text, label, source}>\n');
  process.exit(2);
}
const network = new SentimentNetwork(readWeights(readFileSync(join(args.model, 'weights.bin'))));
const examples = readSentences(args.data).filter((example) => !args.split || example.split === args.split);
for (const example of examples.slice(0, 500)) network.predict(example.text);
const micros: number[] = [];
const evaluated = examples.map((example) => {
  const before = process.hrtime.bigint();
  const { scores } = network.predict(example.text);
  micros.push(Number(process.hrtime.bigint() - before) / 1000);
  return { truth: example.label, probabilities: LABELS.map((label) => scores[label]!), source: example.source };
});
const result = evaluate(evaluated, LABELS.length);
micros.sort((a, b) => a - b);
const at = (share: number): number => micros[Math.min(micros.length - 1, Math.floor(micros.length * share))] ?? 0;
const timing = { p50_us: at(0.5), p99_us: at(0.99), max_us: at(1) };
if (args.json) process.stdout.write(`${JSON.stringify({ ...result, timing })}\n`);
else {
  process.stdout.write(
    `${result.items} items: accuracy ${(result.accuracy * 100).toFixed(2)} %, macro-F1 ${(result.macroF1 * 100).toFixed(2)} %, ` +
      `ECE ${(result.ece * 100).toFixed(2)} %, log-loss ${result.logLoss.toFixed(4)}\n`,
  );
  for (const [source, { items, accuracy }] of Object.entries(result.bySource)) {
    process.stdout.write(
      `  ${source.padEnd(14)} ${String(items).padStart(6)} items  ${(accuracy * 100).toFixed(2)} %\n`,
    );
  }
  process.stdout.write(
    `µs per text: p50 ${timing.p50_us.toFixed(0)}, p99 ${timing.p99_us.toFixed(0)}, max ${timing.max_us.toFixed(0)}\n`,
  );
}
