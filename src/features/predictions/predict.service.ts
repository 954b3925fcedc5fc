import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, uuidv7 } from '#kernel';
import type { Answer, Durability, RecordPlan } from '#ingest';
import { APP_LOGGER, type AppLogger, Metrics, traced } from '#observability';
import { type ModelPrediction, type ModelProvider, ModelRegistry, PredictionCache } from '#models';
import { type Prediction, PREDICTIONS } from './prediction.table.js';
import { PredictionBatch } from './prediction-batch.service.js';

/** What a caller wants predicted; `text` is trimmed and 1 to 10,000 characters long. */
export interface PredictInput {
  text: string;
  userId?: string | null;
  sessionId?: string | null;
  inferenceId?: string | null;
  metadata?: Record<string, unknown> | null;
}

/** A prediction with what the model said of its own answer. */
export interface Predicted {
  prediction: Prediction;
  lowEvidence: boolean;
  truncated: boolean;
}

export interface PredictResult {
  items: Predicted[];
  persisted: Durability | 'none';
}

interface Answered {
  answer: ModelPrediction;
  cacheHit: boolean;
  latencyMs: number;
}

/**
 * Computes predictions and records them.
 *
 * - the answer is sent after the record is durable
 * - a prediction never fails because the database does: it is answered all the same, and says `none`
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
   * @throws UnknownModelError (422), ModelNotLoadedError (503)
   */
  async plan(
    tenant: TenantContext,
    inputs: readonly PredictInput[],
    modelName?: string,
  ): Promise<RecordPlan<PredictResult>> {
    const model = this.models.get(modelName);
    const answers = await this.answer(tenant, model, inputs);
    const now = this.clock.now();
    const items = inputs.map((input, i) => toPredicted(input, answers[i] as Answered, model, now));
    const predictions = items.map(({ prediction }) => prediction);
    const answer = (persisted: PredictResult['persisted']): Answer<PredictResult> => ({
      status: 200,
      body: { items, persisted },
    });
    return {
      batch: this.batches.of(tenant, predictions),
      recordIds: predictions.map(({ id }) => id),
      answer,
      recorded: (persisted) => this.metrics.countPredictions('served', persisted, items.length),
      unrecorded: (error) => {
        this.reportUnrecorded(tenant, items.length, error);
        return answer('none');
      },
    };
  }

  private async answer(
    tenant: TenantContext,
    model: ModelProvider,
    inputs: readonly PredictInput[],
  ): Promise<Answered[]> {
    const started = performance.now();
    const known = await this.cache.find(
      tenant,
      model,
      inputs.map(({ text }) => text),
    );
    const latencyMs = elapsed(started) / inputs.length;
    const answered = known.map((answer): Answered | undefined => answer && { answer, cacheHit: true, latencyMs });
    const missing = inputs.flatMap((input, i) => (answered[i] ? [] : [{ text: input.text, i }]));
    const computed = await traced('model predict', { model: model.name, texts: missing.length }, () =>
      model.predict(missing.map(({ text }) => text)),
    );
    computed.forEach((answer, at) => {
      const { i } = missing[at] as { i: number };
      this.metrics.observeModel(model.name, answer.latencyMs / 1000);
      answered[i] = { answer, cacheHit: false, latencyMs: answer.latencyMs };
    });
    this.cache.store(
      tenant,
      model,
      computed.map((answer, at) => [(missing[at] as { text: string }).text, answer]),
    );
    return answered as Answered[];
  }

  private reportUnrecorded(tenant: TenantContext, count: number, error: unknown): void {
    this.metrics.unrecorded.inc(count);
    this.metrics.countPredictions('served', 'none', count);
    this.logger.warn(
      { err: error, count, tenant_id: tenant.tenantId, correlation_id: tenant.correlationId },
      'predictions answered without being recorded',
    );
  }
}

function toPredicted(
  input: PredictInput,
  { answer, cacheHit, latencyMs }: Answered,
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
      label: answer.label,
      confidence: answer.confidence,
      scores: answer.scores,
      latencyMs,
      cacheHit,
      inferenceId: input.inferenceId,
      userId: input.userId,
      sessionId: input.sessionId,
      metadata: input.metadata,
      source: 'served',
    }),
    lowEvidence: answer.lowEvidence,
    truncated: answer.truncated,
  };
}

function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 1000) / 1000;
}
