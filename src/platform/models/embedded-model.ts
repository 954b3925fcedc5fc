import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '#kernel';
import { SentimentNetwork } from './embedded/network.js';
import { readWeights } from './embedded/weights.js';
import { ModelFileError, ModelNotLoadedError } from './errors.js';
import type { ModelPrediction, ModelProvider } from './model-provider.js';

export const PACKAGED_MODEL = join(PACKAGE_ROOT, 'models', 'sentiment-en');

/** Predictions run on the main thread. After this time other work gets its turn. */
const YIELD_AFTER_MS = 5;

interface ModelCard {
  name: string;
  version: string;
  sha256: string;
}

/** The model that ships with the product: one file, no runtime, the same predictions on every platform. */
export class EmbeddedModel implements ModelProvider {
  private network: SentimentNetwork | undefined;
  private card: ModelCard | undefined;

  constructor(private readonly folder: string = PACKAGED_MODEL) {}

  get name(): string {
    return this.card?.name ?? 'sentiment-en';
  }

  get version(): string {
    if (!this.card) throw new ModelNotLoadedError(this.name);
    return this.card.version;
  }

  get labels(): readonly string[] {
    return this.network?.labels ?? [];
  }

  get loaded(): boolean {
    return this.network !== undefined;
  }

  /** @throws ModelFileError when a file is missing, damaged, or does not match its card */
  async load(): Promise<void> {
    try {
      const [card, weights] = await Promise.all([
        readFile(join(this.folder, 'model.json'), 'utf8'),
        readFile(join(this.folder, 'weights.bin')),
      ]);
      const parsed = JSON.parse(card) as ModelCard;
      const sha256 = createHash('sha256').update(weights).digest('hex');
      if (sha256 !== parsed.sha256)
        throw new Error(`weights.bin has SHA-256 ${sha256}, model.json says ${parsed.sha256}`);
      this.network = new SentimentNetwork(readWeights(weights));
      this.card = parsed;
      this.network.warmUp();
    } catch (error) {
      throw new ModelFileError(`The model in ${this.folder} cannot be used: ${(error as Error).message}`, error);
    }
  }

  async predict(texts: readonly string[]): Promise<ModelPrediction[]> {
    const predictions: ModelPrediction[] = [];
    let turnStart = performance.now();
    for (const text of texts) {
      if (performance.now() - turnStart > YIELD_AFTER_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        turnStart = performance.now();
      }
      predictions.push(this.predictOne(text));
    }
    return predictions;
  }

  private predictOne(text: string): ModelPrediction {
    if (!this.network) throw new ModelNotLoadedError(this.name);
    const started = performance.now();
    const prediction = this.network.predict(text);
    return { ...prediction, latencyMs: Math.round((performance.now() - started) * 1000) / 1000 };
  }
}
