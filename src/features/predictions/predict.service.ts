import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, uuidv7 } from '#kernel';
import type { Answer, Durability, RecordPlan } from '#ingest';
import { APP_LOGGER, type AppLogger, Metrics, traced } from '#observability';
import { type ModelPrediction, type ModelProvider, ModelRegistry, PredictionCache } from '#models';
import { type Prediction, PREDICTIONS } from './prediction.table.js';
import { PredictionBatch } from './prediction-batch.service.js';
import { kindOfScores } from './scores.js';

/** Input of a prediction. `text` is trimmed and has 1 to 10,000 characters. */
export interface PredictInput {
  text: string;
  userId?: string | null;
  sessionId?: string | null;
  inferenceId?: string | null;
  metadata?: Record<string, unknown> | null;
}

/** A prediction with the model's remarks about its quality. */
export interface Predicted {
  prediction: Prediction;
  lowEvidence: boolean;
  truncated: boolean;
}

export interface PredictResult {
  items: Predicted[];
  persisted: Durability | 'none';
}

/** Output for one text, with its source and latency. */
interface Computed {
  output: ModelPrediction;
  cacheHit: boolean;
  latencyMs: number;
}

/**
 * Computes predictions and records them.
 *
 * - the response is sent after the record is durable
 * - a prediction does not fail when the database does: it is returned unrecorded, and `persisted` is `none`
 */
@Injectable()
export class PredictService {
  constructor(
    private readonly models: ModelRegistry,
    private readonly cache: PredictionCache,
    private readonly batches: PredictionBatch,
    private readonly metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * Computes predictions and plans to record them in one transaction.
   * @throws UnknownModelError (422) when the model is not configured
   * @throws ModelNotLoadedError (503) when the model is not loaded
   */
  async plan(
    tenant: TenantContext,
    inputs: readonly PredictInput[],
    modelName?: string,
  ): Promise<RecordPlan<PredictResult>> {
    const model = this.models.get(modelName);
    const outputs = await this.compute(tenant, model, inputs);
    const now = this.clock.now();
    const items = inputs.map((input, i) => toPredicted(input, outputs[i] as Computed, model, now));
    const predictions = items.map(({ prediction }) => prediction);
    const answer = (persisted: PredictResult['persisted']): Answer<PredictResult> => ({
      status: 200,
      body: { items, persisted },
    });
    return {
      batch: this.batches.of(tenant, predictions),
      recordIds: predictions.map(({ id }) => id),
      answer,
      recorded: (persisted) => this.metrics.countPredictions('served', persisted, predictions),
      unrecorded: (error) => {
        this.reportUnrecorded(tenant, predictions, error);
        return answer('none');
      },
    };
  }

  private async compute(
    tenant: TenantContext,
    model: ModelProvider,
    inputs: readonly PredictInput[],
  ): Promise<Computed[]> {
    const started = performance.now();
    const cached = await this.cache.find(
      tenant,
      model,
      inputs.map(({ text }) => text),
    );
    const latencyMs = elapsed(started) / inputs.length;
    const outputs = cached.map((output): Computed | undefined => output && { output, cacheHit: true, latencyMs });
    const missing = inputs.flatMap((input, i) => (outputs[i] ? [] : [{ text: input.text, i }]));
    const predicted = await traced('model predict', { model: model.name, texts: missing.length }, () =>
      model.predict(missing.map(({ text }) => text)),
    );
    predicted.forEach((output, at) => {
      const { i } = missing[at] as { i: number };
      this.metrics.observeModel(model.name, output.latencyMs / 1000);
      outputs[i] = { output, cacheHit: false, latencyMs: output.latencyMs };
    });
    this.cache.store(
      tenant,
      model,
      predicted.map((output, at) => [(missing[at] as { text: string }).text, output]),
    );
    return outputs as Computed[];
  }

  private reportUnrecorded(tenant: TenantContext, predictions: readonly Prediction[], error: unknown): void {
    const count = predictions.length;
    this.metrics.unrecorded.inc(count);
    this.metrics.countPredictions('served', 'none', predictions);
    this.logger.warn(
      { err: error, count, tenant_id: tenant.tenantId, correlation_id: tenant.correlationId },
      'predictions returned without being recorded',
    );
  }
}

function toPredicted(
  input: PredictInput,
  { output, cacheHit, latencyMs }: Computed,
  model: ModelProvider,
  now: number,
): Predicted {
  return {
    prediction: PREDICTIONS.complete({
      id: uuidv7(now),
      timestamp: now,
      recordedAt: now,
      inputText: input.text,
      model: model.name,
      modelVersion: model.version,
      label: output.label,
      confidence: output.confidence,
      scores: output.scores,
      scoresKind: kindOfScores(output),
      latencyMs,
      cacheHit,
      inferenceId: input.inferenceId,
      userId: input.userId,
      sessionId: input.sessionId,
      metadata: input.metadata,
      source: 'served',
    }),
    lowEvidence: output.lowEvidence,
    truncated: output.truncated,
  };
}

/** Returns the milliseconds since `started`, with three decimals. */
function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 1000) / 1000;
}
