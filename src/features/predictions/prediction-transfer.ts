import { formatTime, type TenantContext, uuidv7 } from '#kernel';
import type { TransferRecord, TransferTable } from '#persistence';
import { logValidator } from './dto/log.schema.js';
import type { InputHash } from './input-hash.service.js';
import { PREDICTION_INSERT } from './prediction-insert.js';

/** Predictions as files: `confidence` as in the API, texts open. */
export function transferPredictions(hashes: InputHash): TransferTable {
  return {
    kind: 'predictions',
    insert: PREDICTION_INSERT,
    time: 'timestamp',
    timeInId: true,
    names: { confidence_score: 'confidence' },
    leftOut: ['input_hash'],
    texts: ['input_text', 'metadata'],
    sealedJson: ['metadata'],
    defaults: { cache_hit: false, source: 'logged' },
    toColumns: (tenant, columns) => withId(tenant, checked(columns), hashes),
  };
}

function withId(tenant: TenantContext, columns: TransferRecord, hashes: InputHash): TransferRecord {
  const { input_text: text } = columns;
  return {
    ...columns,
    id: columns.id ?? uuidv7(columns.timestamp as number),
    source: columns.source === 'served' ? 'served' : 'logged',
    input_hash: typeof text === 'string' ? hashes.of(tenant, text) : null,
  };
}

/** By the rules of `POST /api/v1/predictions`, but for its age. @throws ValidationError */
function checked(columns: TransferRecord): TransferRecord {
  const {
    id,
    input_text,
    inference_id,
    label,
    latency_ms,
    metadata,
    model,
    model_version,
    scores,
    session_id,
    user_id,
  } = columns;
  logValidator.parse({
    ...{ id, input_text, inference_id, label, latency_ms, metadata, model, model_version, scores, session_id, user_id },
    confidence: columns.confidence_score,
    timestamp: formatTime(columns.timestamp as number),
  });
  return columns;
}
