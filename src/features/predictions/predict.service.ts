import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, uuidv7 } from '#kernel';
import { AlreadyAnsweredError, type Claim, type Durability, IdempotencyKeyReusedError } from '#ingest';
import { APP_LOGGER, type AppLogger, Metrics, traced } from '#observability';
import { type ModelAnswer, type ModelProvider, ModelRegistry, PredictionCache } from '#models';
import { type Prediction, PREDICTIONS } from './prediction.table.js';
import { PredictionRecorder } from './prediction-recorder.service.js';

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

/** Makes the claim of an `Idempotency-Key` from the ids of the records and what would be answered. */
export type ClaimPredictions = (ids: readonly string[], resultOf: (persisted: Durability) => PredictResult) => Claim;

export interface PredictResult {
  items: Predicted[];
  persisted: Durability | 'none';
}

interface Answered {
  answer: ModelAnswer;
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
    private readonly recorder: PredictionRecorder,
    private readonly metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * All inputs are recorded in one transaction.
   * @throws UnknownModelError, IdempotencyKeyReusedError (422), ModelNotLoadedError (503), AnsweredBefore
   */
  async predict(
    tenant: TenantContext,
    inputs: readonly PredictInput[],
    modelName?: string,
    claimOf?: ClaimPredictions,
  ): Promise<PredictResult> {
    const model = this.models.get(modelName);
    const answers = await this.answer(tenant, model, inputs);
    const now = this.clock.now();
    const items = inputs.map((input, i) => toPredicted(input, answers[i] as Answered, model, now));
    const predictions = items.map(({ prediction }) => prediction);
    const claim = claimOf?.(
      predictions.map(({ id }) => id),
      (persisted) => ({ items, persisted }),
    );
    const persisted = await this.record(tenant, predictions, claim);
    this.metrics.countPredictions('served', persisted, items.length);
    return { items, persisted };
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
    this.cache.keep(
      tenant,
      model,
      computed.map((answer, at) => [(missing[at] as { text: string }).text, answer]),
    );
    return answered as Answered[];
  }

  private async record(
    tenant: TenantContext,
    predictions: Prediction[],
    claim: Claim | undefined,
  ): Promise<Durability | 'none'> {
    try {
      return await this.recorder.record(tenant, predictions, { claim });
    } catch (error) {
      // Its key has an answer already: that one is given, not a second one.
      if (error instanceof AlreadyAnsweredError || error instanceof IdempotencyKeyReusedError) throw error;
      this.metrics.unrecorded.inc(predictions.length);
      this.logger.warn(
        { err: error, count: predictions.length, tenant_id: tenant.tenantId, correlation_id: tenant.correlationId },
        'predictions answered without being recorded',
      );
      return 'none';
    }
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
