import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError, PACKAGE_ROOT } from '#kernel';
import { type FeedbackLoopConfig, loadConfig } from '#config';
import { evaluatePredictions, type LabelledPrediction } from './demo-evaluation.js';
import { note, print, printJson, Progress } from './output.js';

interface DemoSentence {
  text: string;
  label: string;
}

interface DemoPrediction {
  label: string;
  confidence: number;
}

interface BatchResponse {
  predictions: DemoPrediction[];
  persisted: string;
}

interface PredictionPage {
  data: (DemoPrediction & { input_text: string | null })[];
  next_cursor: string | null;
}

const BATCH = 20;

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('send sample sentences to a server with its own database, and show how good the predictions are')
    .option('--data-dir <folder>', 'folder of the demo database', 'data/demo')
    .option('--json', 'print JSON')
    .action(async ({ dataDir, json }: { dataDir: string; json?: boolean }) => {
      const config = loadConfig({ FL_DATA_DIR: resolve(dataDir), FL_API_PORT: '0', FL_LOG_LEVEL: 'error' });
      const [{ createApp }, { DatabaseSupervisor }] = await Promise.all([import('#app'), import('#persistence')]);
      const app = await createApp(config);
      try {
        await app.get(DatabaseSupervisor).start();
        await app.listen(config.server.port, config.server.host);
        const result = await runDemo(await app.getUrl(), config);
        if (json) printJson(result);
        else show(result, dataDir);
      } finally {
        await app.close();
      }
    });
}

interface DemoResult {
  sentences: number;
  accuracy: number;
  macro_f1: number;
  expected_calibration_error: number;
  distribution: Record<string, number>;
  summary: { total_predictions: number; avg_confidence: number; avg_latency_ms: number };
}

/** Returns what previous runs recorded, by text, so that another run adds only what is missing. */
async function findRecorded(call: <T>(path: string) => Promise<T>): Promise<Map<string, DemoPrediction>> {
  const recorded = new Map<string, DemoPrediction>();
  for (let query = '?limit=1000'; ;) {
    const page = await call<PredictionPage>(`/api/v1/predictions${query}`);
    for (const { confidence, input_text: text, label } of page.data)
      if (text !== null) recorded.set(text, { label, confidence });
    if (page.next_cursor === null) return recorded;
    query = `?limit=1000&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

async function runDemo(url: string, config: Readonly<FeedbackLoopConfig>): Promise<DemoResult> {
  const sentences = JSON.parse(
    readFileSync(join(PACKAGE_ROOT, 'models', 'demo', 'sentences.json'), 'utf8'),
  ) as DemoSentence[];
  const key = readFileSync(join(config.server.dataDir, 'admin.key'), 'utf8').trim();
  const call = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new DemoError(`${path} returned ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const recorded = await findRecorded(call);
  const missing = sentences.filter(({ text }) => !recorded.has(text));
  const progress = new Progress('sending sentences', sentences.length);
  for (let from = 0; from < missing.length; from += BATCH) {
    const part = missing.slice(from, from + BATCH);
    const response = await call<BatchResponse>('/api/v1/batch', { texts: part.map(({ text }) => text) });
    if (response.persisted !== 'database') throw new DemoError('the predictions were not recorded');
    response.predictions.forEach((prediction, i) => recorded.set((part[i] as DemoSentence).text, prediction));
    progress.update(sentences.length - missing.length + from + part.length);
  }
  const labelled = sentences.map(({ label: truth, text }): LabelledPrediction => {
    const { confidence, label } = recorded.get(text) as DemoPrediction;
    return { truth, label, confidence };
  });
  const { accuracy, macroF1, ece } = evaluatePredictions(labelled);
  return {
    sentences: sentences.length,
    accuracy,
    macro_f1: macroF1,
    expected_calibration_error: ece,
    distribution: await call('/api/v1/analytics/sentiment-distribution'),
    summary: await call('/api/v1/analytics/summary'),
  };
}

class DemoError extends AppError {
  constructor(detail: string) {
    super({ code: 'demo_failed', status: 500, title: 'The demo failed', detail });
  }
}

function show(result: DemoResult, dataDir: string): void {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  print(`\nThe embedded model on ${result.sentences} labelled sentences:`);
  print(`  accuracy                    ${percent(result.accuracy)}`);
  print(`  macro-F1                    ${percent(result.macro_f1)}`);
  print(`  expected calibration error  ${percent(result.expected_calibration_error)}`);
  print('\nRecorded in this database so far:');
  const maxCount = Math.max(1, ...Object.values(result.distribution));
  for (const [label, count] of Object.entries(result.distribution)) {
    print(`  ${label.padEnd(10)} ${'█'.repeat(Math.round((count / maxCount) * 40))} ${count}`);
  }
  print(
    `  ${result.summary.total_predictions} predictions, ${result.summary.avg_latency_ms.toFixed(2)} ms each on average`,
  );
  note(
    `\nTo explore it on a free port, which the start prints:  FL_DATA_DIR=${dataDir} FL_API_PORT=0 npm start   (the key is in ${dataDir}/admin.key)`,
  );
}
