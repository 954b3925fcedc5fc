import { formatTime, uuidv7, ValidationError } from '#kernel';
import type { TableBehaviour } from '#persistence';
import { toEvent } from './dto/metric-event.schema.js';
import { restoreSensitiveFields, extractSensitiveFields } from './sensitive-fields.js';

type Data = Record<string, unknown>;

/**
 * Returns the function that converts the metric events of an imported file to rows. `sensitivePaths` are the paths of
 * `data` that this installation encrypts.
 */
export function transferEvents(sensitivePaths: readonly string[]): TableBehaviour['transfer'] {
  return {
    toColumns: (_tenant, columns) => {
      const { data, external_id, id, org_id, timestamp, type, user_id } = columns;
      const time = timestamp as number;
      toEvent({ type, data, user_id, org_id, external_id, timestamp: formatTime(time) }, '');
      if (id !== null && id !== undefined && !String(id).startsWith(uuidv7(time).slice(0, 15)))
        throw new ValidationError([{ path: 'id', message: 'must be a UUID of version 7 that contains the timestamp' }]);
      const { remaining, extracted } = extractSensitiveFields(
        restoreSensitiveFields(data as Data, (columns.sensitive ?? {}) as Data),
        sensitivePaths,
      );
      const acceptedAt = (columns.accepted_at ?? time) as number;
      return {
        ...columns,
        id: id ?? uuidv7(time),
        data: remaining,
        sensitive: Object.keys(extracted).length === 0 ? null : extracted,
        accepted_at: acceptedAt,
        accepted_id: uuidv7(acceptedAt),
      };
    },
  };
}
