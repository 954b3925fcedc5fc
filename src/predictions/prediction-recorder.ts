import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '../common/index.js';
import { type Claim, type Durability, Recorder } from '../ingest/index.js';
import { Secrets } from '../secrets/index.js';
import type { Prediction } from './prediction.js';
import { PREDICTION_INSERT, predictionRow } from './prediction-insert.js';

export interface RecordOptions {
  /** The `Idempotency-Key` they were sent with. */
  claim?: Claim | undefined;
  /** Whether callers chose some of the ids. */
  chosenIds?: boolean;
}

/** Makes predictions durable; the tenant's HMAC of the text goes beside it. */
@Injectable()
export class PredictionRecorder {
  private readonly hashKey: Buffer;

  constructor(
    private readonly recorder: Recorder,
    secrets: Secrets,
  ) {
    this.hashKey = secrets.keyFor('input-hash');
  }

  /**
   * All of `predictions` in one transaction.
   * @throws NotRecordedError, QueueFullError, RecordRefusedError, IdsTakenError, AnsweredBefore
   */
  async record(
    tenant: TenantContext,
    predictions: readonly Prediction[],
    { chosenIds, claim }: RecordOptions = {},
  ): Promise<Durability> {
    let bytes = 0;
    const rows = predictions.map((prediction) => {
      const { inputText, metadata } = prediction;
      bytes += (inputText?.length ?? 0) * 2 + (metadata ? JSON.stringify(metadata).length : 0);
      return predictionRow(tenant, prediction, inputText === null ? null : this.hash(tenant, inputText));
    });
    return this.recorder.put({
      parts: [{ insert: PREDICTION_INSERT, rows }],
      bytes,
      ...(claim ? { claim } : {}),
      ...(chosenIds ? { chosenIds } : {}),
    });
  }

  /** Resolves when a stream may send its next batch. */
  room(): Promise<void> {
    return this.recorder.room();
  }

  private hash({ tenantId }: TenantContext, text: string): string {
    return createHmac('sha256', this.hashKey).update(tenantId).update('\n').update(text).digest('base64url');
  }
}
