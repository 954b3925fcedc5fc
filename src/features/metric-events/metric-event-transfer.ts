import { formatTime, uuidv7, ValidationError } from '#kernel';
import type { TableBehaviour } from '#persistence';
import { toEvent } from './dto/metric-event.schema.js';
import { restoreSensitiveFields, extractSensitiveFields } from './sensitive-fields.js';

type Data = Record<string, unknown>;

/** How metric events of a file become rows. `sensitive`: paths of `data` that are encrypted here. */
export function transferEvents(sensitive: readonly string[]): TableBehaviour['transfer'] {
  return {
    toColumns: (_tenant, columns) => {
      const { data, external_id, id, org_id, timestamp, type, user_id } = columns;
      const time = timestamp as number;
      toEvent({ type, data, user_id, org_id, external_id, timestamp: formatTime(time) }, '');
      if (id !== null && id !== undefined && !String(id).startsWith(uuidv7(time).slice(0, 15)))
        throw new ValidationError([{ path: 'id', message: 'must be a UUID of version 7 that carries the timestamp' }]);
      const { open, taken } = extractSensitiveFields(
        restoreSensitiveFields(data as Data, (columns.sensitive ?? {}) as Data),
        sensitive,
      );
      const acceptedAt = (columns.accepted_at ?? time) as number;
      return {
        ...columns,
        id: id ?? uuidv7(time),
        data: open,
        sensitive: Object.keys(taken).length === 0 ? null : taken,
        accepted_at: acceptedAt,
        accepted_id: uuidv7(acceptedAt),
      };
    },
  };
}
