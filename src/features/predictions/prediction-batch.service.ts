import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { RecordPlan } from '#ingest';
import { FieldCipher } from '#secrets';
import { InputHash } from './input-hash.service.js';
import { type Prediction, PREDICTIONS } from './prediction.table.js';

/** With at most this number of classes, the size of the scores is estimated, because measuring it costs more. */
const MAX_ESTIMATED_CLASSES = 8;
const ESTIMATED_SIZE = 300;

/** Converts predictions to rows with encrypted texts and the hash of the input text. */
@Injectable()
export class PredictionBatch {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly hashes: InputHash,
  ) {}

  /** Returns the batch that records `predictions`. `chosenIds` is true if the caller chose some of the ids. */
  of(tenant: TenantContext, predictions: readonly Prediction[], chosenIds = false): RecordPlan<never>['batch'] {
    let bytes = 0;
    const rows = predictions.map((prediction) => {
      const { inputText, metadata, scores } = prediction;
      bytes += (inputText?.length ?? 0) * 2 + (metadata ? JSON.stringify(metadata).length : 0) + scoresSize(scores);
      const inputHash = inputText === null ? null : this.hashes.of(tenant, inputText);
      return PREDICTIONS.toRow(tenant, { ...prediction, inputHash }, this.cipher);
    });
    return { parts: [{ insert: PREDICTIONS.insert, rows }], bytes, chosenIds };
  }
}

/** Returns the size of the scores as JSON, in characters. */
function scoresSize(scores: Record<string, number> | null): number {
  if (scores === null) return 0;
  return Object.keys(scores).length <= MAX_ESTIMATED_CLASSES ? ESTIMATED_SIZE : JSON.stringify(scores).length;
}
