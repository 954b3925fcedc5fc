import { Inject, Injectable } from '@nestjs/common';
import {
  type Clock,
  CLOCK,
  DAY_MS,
  type FieldError,
  parseTime,
  type TenantContext,
  uuidv7,
  ValidationError,
} from '#kernel';
import { FeedbackLoopConfig } from '#config';
import type { Durability } from '#ingest';
import { Metrics } from '#observability';
import type { Prediction } from './prediction.js';
import { PredictionRecorder, type RecordOptions } from './prediction-recorder.service.js';

/** A prediction made elsewhere, its fields already checked; `timestamp` in ISO 8601. */
export interface LogInput {
  id?: string | null;
  model: string;
  modelVersion: string;
  label: string;
  confidence: number | null;
  scores?: Record<string, number> | null;
  inputText?: string | null;
  latencyMs?: number | null;
  inferenceId?: string | null;
  timestamp?: string | null;
  userId?: string | null;
  sessionId?: string | null;
  metadata?: Record<string, unknown> | null;
}

const MAX_AHEAD_MS = 5 * 60_000;

/** Records predictions made elsewhere. Unlike a prediction made here, one that cannot be recorded is refused with 503. */
@Injectable()
export class PredictionLogService {
  constructor(
    private readonly recorder: PredictionRecorder,
    private readonly metrics: Metrics,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Reads one record.
   * @throws ValidationError when its time is outside of what is kept.
   */
  toPrediction(input: LogInput): Prediction {
    const now = this.clock.now();
    const timestamp = timeOf(input) ?? now;
    const errors = this.timeErrors(timestamp, now, input);
    if (errors.length > 0) throw new ValidationError(errors);
    return {
      id: input.id?.toLowerCase() ?? uuidv7(timestamp),
      timestamp,
      recordedAt: now,
      inputText: input.inputText ?? null,
      model: input.model,
      modelVersion: input.modelVersion,
      label: input.label,
      confidence: input.confidence,
      scores: input.scores ?? null,
      latencyMs: input.latencyMs ?? null,
      cacheHit: false,
      inferenceId: input.inferenceId ?? null,
      userId: input.userId ?? null,
      sessionId: input.sessionId ?? null,
      metadata: input.metadata ?? null,
      source: 'logged',
    };
  }

  /**
   * All of `predictions` in one transaction.
   * @throws NotRecordedError, QueueFullError (503), RecordRefusedError, IdempotencyKeyReusedError (422), IdsTakenError (409: those of
   * other ids were stored), AnsweredBefore
   */
  async record(
    tenant: TenantContext,
    predictions: readonly Prediction[],
    options: RecordOptions = {},
  ): Promise<Durability> {
    const persisted = await this.recorder.record(tenant, predictions, options);
    this.metrics.countPredictions('logged', persisted, predictions.length);
    return persisted;
  }

  /** Resolves when a stream may send its next batch. */
  room(): Promise<void> {
    return this.recorder.room();
  }

  private timeErrors(timestamp: number, now: number, input: LogInput): FieldError[] {
    const path = input.timestamp == null ? 'id' : 'timestamp';
    if (timestamp > now + MAX_AHEAD_MS) return [{ path, message: 'must not be more than 5 minutes ahead' }];
    const days = this.config.retentionPredictionsDays ?? this.config.retentionDays;
    if (timestamp < now - days * DAY_MS) {
      return [{ path, message: `must not be older than the retention of ${days} days` }];
    }
    return [];
  }
}

function timeOf({ id, timestamp }: LogInput): number | undefined {
  if (timestamp != null) return parseTime(timestamp);
  return id == null ? undefined : parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
