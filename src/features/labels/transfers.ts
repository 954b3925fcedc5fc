import { type FieldError, uuidv7, ValidationError } from '#kernel';
import type { TransferRecord, TableBehaviour } from '#persistence';
import { labelValidator } from './dto/label.schema.js';
import { voteValidator } from './dto/vote.schema.js';
import { voteId } from './vote.table.js';

/**
 * Converts the votes of an imported file to rows, by the rules of the API. Their links are pending, because predictions
 * are looked up again.
 */
export const TRANSFER_VOTES: TableBehaviour['transfer'] = {
  toColumns: (tenant, columns) => {
    const { accepted_at, comment, correct, label, prediction_id, rater, rating, user_id, withdrawn } = columns;
    // A withdrawn vote has no opinion left.
    const given = withdrawn ? { rating: 1 } : { comment, correct, label, rating };
    const errors = voteValidator.errors({ ...given, user_id });
    if (String(rater).trim() === '') errors.push({ path: 'rater', message: 'must not be blank' });
    throwIfAny(errors);
    const id = voteId(tenant, String(prediction_id), String(rater));
    return { ...columns, id, accepted_id: uuidv7(accepted_at as number), link: 'pending' };
  },
};

/** Converts the labels of an imported file to rows, by the rules of the API. */
export const TRANSFER_LABELS: TableBehaviour['transfer'] = {
  toColumns: (_tenant, columns) => {
    const { id, inference_id, label, labeller, pi, prediction_id, recorded_at, source, user_id, valid_at } = columns;
    const errors: FieldError[] = labelValidator.errors({
      // A label that was linked has both.
      ...(inference_id === null ? { prediction_id } : { inference_id }),
      label,
      labeller,
      // Only this server draws audit samples, so only a file may hold them.
      source: source === 'audit' ? 'system' : source,
      user_id,
    });
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
