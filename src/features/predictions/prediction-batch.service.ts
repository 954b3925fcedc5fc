import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { RecordPlan } from '#ingest';
import { FieldCipher } from '#secrets';
import { InputHash } from './input-hash.service.js';
import { type Prediction, PREDICTIONS } from './prediction.table.js';

const FEW_CLASSES = 8;
const FEW_CLASSES_BYTES = 300;

/** Makes the rows of predictions: their texts encrypted, with the tenant's HMAC of the text beside them. */
@Injectable()
export class PredictionBatch {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly hashes: InputHash,
  ) {}

  /** `chosenIds`: callers chose some of the ids. */
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

/** Returns the characters of the scores as JSON; the usual handful is not worth counting. */
function scoresSize(scores: Record<string, number> | null): number {
  if (scores === null) return 0;
  return Object.keys(scores).length <= FEW_CLASSES ? FEW_CLASSES_BYTES : JSON.stringify(scores).length;
}
