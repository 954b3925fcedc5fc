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
import type { Durability, RecordPlan } from '#ingest';
import { Metrics } from '#observability';
import { type NewPrediction, type Prediction, PREDICTIONS } from './prediction.table.js';
import { kindOfScores } from './scores.js';
import { PredictionBatch } from './prediction-batch.service.js';

/** A prediction made elsewhere, whose fields are validated. `timestamp` is in ISO 8601. */
export type LogInput = Omit<NewPrediction, 'id' | 'timestamp' | keyof ServerFields> & {
  id?: string | null | undefined;
  timestamp?: string | null | undefined;
};

/** Fields that the server sets. */
type ServerFields = Pick<Prediction, 'recordedAt' | 'inputHash' | 'cacheHit' | 'source'>;

const MAX_AHEAD_MS = 5 * 60_000;

/**
 * Plans the recording of predictions made elsewhere. Unlike a prediction made here, one that cannot be recorded is
 * refused with 503, because the caller has nothing else to gain from the request.
 */
@Injectable()
export class PredictionLogService {
  constructor(
    private readonly batches: PredictionBatch,
    private readonly metrics: Metrics,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Converts the input to a prediction.
   * @throws ValidationError when its time is before the retention period or more than 5 minutes in the future
   */
  toPrediction(input: LogInput): Prediction {
    const now = this.clock.now();
    const timestamp = timeOf(input) ?? now;
    const errors = this.timeErrors(timestamp, now, input);
    if (errors.length > 0) throw new ValidationError(errors);
    return PREDICTIONS.complete({
      ...input,
      id: input.id?.toLowerCase() ?? uuidv7(timestamp),
      timestamp,
      recordedAt: now,
      scoresKind: kindOfScores(input),
      cacheHit: false,
      source: 'logged',
    });
  }

  /** Plans to record all `predictions` in one transaction. The result is where they are durable. */
  plan(tenant: TenantContext, predictions: readonly Prediction[], chosenIds: boolean): RecordPlan<Durability> {
    return {
      batch: this.batches.of(tenant, predictions, chosenIds),
      recordIds: predictions.map(({ id }) => id),
      answer: (persisted) => ({ status: persisted === 'database' ? 201 : 202, body: persisted }),
      recorded: (persisted) => this.metrics.countPredictions('logged', persisted, predictions),
    };
  }

  private timeErrors(timestamp: number, now: number, input: LogInput): FieldError[] {
    const path = input.timestamp == null ? 'id' : 'timestamp';
    if (timestamp > now + MAX_AHEAD_MS) return [{ path, message: 'must not be more than 5 minutes in the future' }];
    const days = this.config.retention.predictionsDays ?? this.config.retention.days;
    if (timestamp < now - days * DAY_MS) {
      return [{ path, message: `must not be older than the retention period of ${days} days` }];
    }
    return [];
  }
}

function timeOf({ id, timestamp }: LogInput): number | undefined {
  if (timestamp != null) return parseTime(timestamp);
  return id == null ? undefined : parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
