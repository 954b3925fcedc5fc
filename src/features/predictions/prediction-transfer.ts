import { formatTime, type TenantContext, uuidv7, ValidationError } from '#kernel';
import type { TableBehaviour, TransferRecord } from '#persistence';
import { LogRequestSchema, logValidator } from './dto/prediction.schema.js';
import { kindOfScores, type Scored, SCORES_KINDS } from './scores.js';
import type { InputHash } from './input-hash.service.js';

/** Fields of a line that the rules of `POST /api/v1/predictions` check under the same name. */
const CHECKED = Object.keys(LogRequestSchema.properties).filter(
  (name) => name !== 'confidence' && name !== 'scores_kind',
);
const KINDS: readonly unknown[] = [...SCORES_KINDS, 'unverified', null];

/** Returns the function that converts the predictions of an imported file to rows. */
export function transferPredictions(hashes: InputHash): TableBehaviour['transfer'] {
  return { toColumns: (tenant, columns) => withId(tenant, validated(columns), hashes) };
}

function withId(tenant: TenantContext, columns: TransferRecord, hashes: InputHash): TransferRecord {
  const { input_text: text } = columns;
  return {
    ...columns,
    id: columns.id ?? uuidv7(columns.timestamp as number),
    scores_kind: kindOf(columns),
    source: columns.source === 'served' ? 'served' : 'logged',
    input_hash: typeof text === 'string' ? hashes.of(tenant, text) : null,
  };
}

/**
 * Returns the kind of the scores of a line. Scores that are not what the line says are stored as `unverified` instead of
 * costing the record.
 */
function kindOf(columns: TransferRecord): unknown {
  const { confidence_score: confidence, label, scores, scores_kind: scoresKind } = columns;
  if (!KINDS.includes(scoresKind))
    throw new ValidationError([{ path: 'scores_kind', message: `must be one of ${SCORES_KINDS.join(', ')}` }]);
  return kindOfScores({ confidence, label, scores, scoresKind } as Scored);
}

/**
 * Applies the rules of `POST /api/v1/predictions`, except the limits on the age of a record.
 * @throws ValidationError when a field breaks a rule
 */
function validated(columns: TransferRecord): TransferRecord {
  logValidator.parse({
    ...Object.fromEntries(CHECKED.map((name) => [name, columns[name]])),
    confidence: columns.confidence_score,
    timestamp: formatTime(columns.timestamp as number),
  });
  return columns;
}
