import { type FieldError, uuidv7, ValidationError } from '#kernel';
import type { TransferRecord, TableBehaviour } from '#persistence';
import { LABEL_SOURCES } from './label.table.js';
import { voteId } from './vote.table.js';

/** Converts the votes of an imported file to rows. Their links are pending, because predictions are looked up again. */
export const TRANSFER_VOTES: TableBehaviour['transfer'] = {
  toColumns: (tenant, columns) => {
    const { accepted_at, correct, label, prediction_id, rater, rating, withdrawn } = columns;
    const errors: FieldError[] = [];
    if (rating !== null && !(Number(rating) >= 1 && Number(rating) <= 5))
      errors.push({ path: 'rating', message: 'must be a number from 1 to 5' });
    if (!withdrawn && correct === null && label === null && rating === null && columns.comment === null)
      errors.push({ path: '', message: 'must have at least one of correct, label, rating and comment' });
    throwIfAny(errors);
    const id = voteId(tenant, String(prediction_id), String(rater));
    return { ...columns, id, accepted_id: uuidv7(accepted_at as number), link: 'pending' };
  },
};

/** Converts the labels of an imported file to rows. */
export const TRANSFER_LABELS: TableBehaviour['transfer'] = {
  toColumns: (_tenant, columns) => {
    const { id, inference_id, label, pi, prediction_id, recorded_at, source, valid_at } = columns;
    const errors: FieldError[] = [];
    if (prediction_id === null && inference_id === null)
      errors.push({ path: 'prediction_id', message: 'one of prediction_id and inference_id is required' });
    if (![...LABEL_SOURCES, 'audit'].includes(String(source)))
      errors.push({ path: 'source', message: `must be one of ${LABEL_SOURCES.join(', ')} and audit` });
    if (String(label).trim() === '') errors.push({ path: 'label', message: 'must not be empty' });
    if (pi !== null && !(Number(pi) > 0 && Number(pi) <= 1))
      errors.push({ path: 'pi', message: 'must be greater than 0 and at most 1' });
    throwIfAny(errors);
    return {
      ...columns,
      id: id ?? uuidv7(recorded_at as number),
      valid_at: valid_at ?? recorded_at,
      // With an `inference_id`, the caller did not send the prediction: linking found it.
      given_prediction_id: columns.given_prediction_id ?? (inference_id === null ? prediction_id : null),
      link: 'pending',
    } satisfies TransferRecord;
  },
};

/** @throws ValidationError when there are errors */
function throwIfAny(errors: FieldError[]): void {
  if (errors.length > 0) throw new ValidationError(errors);
}
