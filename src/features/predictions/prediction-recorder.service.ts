import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { type Claim, type Durability, Recorder } from '#ingest';
import { FieldCipher } from '#secrets';
import { InputHash } from './input-hash.service.js';
import { type Prediction, PREDICTIONS } from './prediction.table.js';

const FEW_CLASSES = 8;
const FEW_CLASSES_BYTES = 300;

export interface RecordOptions {
  /** The `Idempotency-Key` they were sent with. */
  claim?: Claim | undefined;
  /** Whether callers chose some of the ids. */
  chosenIds?: boolean;
}

/** Makes predictions durable, their texts encrypted; the tenant's HMAC of the text goes beside it. */
@Injectable()
export class PredictionRecorder {
  constructor(
    private readonly recorder: Recorder,
    private readonly cipher: FieldCipher,
    private readonly hashes: InputHash,
  ) {}

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
      const { inputText, metadata, scores } = prediction;
      bytes += (inputText?.length ?? 0) * 2 + (metadata ? JSON.stringify(metadata).length : 0) + scoresSize(scores);
      const inputHash = inputText === null ? null : this.hashes.of(tenant, inputText);
      return PREDICTIONS.toRow(tenant, { ...prediction, inputHash }, this.cipher);
    });
    return this.recorder.put(tenant, {
      parts: [{ insert: PREDICTIONS.insert, rows }],
      bytes,
      ...(claim ? { claim } : {}),
      ...(chosenIds ? { chosenIds } : {}),
    });
  }

  /** Resolves when a stream may send its next batch. */
  room(): Promise<void> {
    return this.recorder.room();
  }
}

/** Characters of the scores as JSON; the usual handful is not worth counting. */
function scoresSize(scores: Record<string, number> | null): number {
  if (scores === null) return 0;
  return Object.keys(scores).length <= FEW_CLASSES ? FEW_CLASSES_BYTES : JSON.stringify(scores).length;
}
