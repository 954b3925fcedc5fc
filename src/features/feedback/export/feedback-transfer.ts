import { uuidv7 } from '#kernel';
import type { TableBehaviour, TransferRecord } from '#persistence';
import { clientTime, storedValidator, submitValidator } from '../dto/submit.schema.js';
import { isDrawn } from '../intake.service.js';
import { toSearchText } from '../search-words.js';

/** Fields of a line that the rules of the API check. Screenshots are not in the file. */
const CHECKED = [
  'session_id',
  'category',
  'description',
  'url',
  'timestamp',
  'browser',
  'os',
  'screen_resolution',
  'viewport_size',
  'annotation_coords',
  'api_state',
  'prediction_id',
  'user_id',
];

/**
 * Converts feedback from a file to rows, by the rules of the API. Screenshots are not in the file; they are exported with
 * their subject. A line with an id was stored before, here or in a legacy system, and may have longer texts.
 */
export const TRANSFER_FEEDBACK: NonNullable<TableBehaviour['transfer']> = {
  toColumns: (_tenant, columns, hasId) => {
    (hasId ? storedValidator : submitValidator).parse(pick(columns));
    return {
      ...columns,
      id: columns.id ?? uuidv7(columns.created_at as number),
      category: String(columns.category).trim(),
      timestamp: clientTime(columns.timestamp as string | number),
      // A background job looks for the prediction after the import. An unverified link stays unverified.
      link: columns.prediction_id === null ? 'none' : columns.link === 'unverified' ? 'unverified' : 'pending',
      has_screenshot: false,
      has_annotation: columns.has_annotation ?? isDrawn(columns.annotation_coords),
      version: 1,
      search_text: toSearchText(String(columns.description)),
    };
  },
};

function pick(columns: TransferRecord): Record<string, unknown> {
  return Object.fromEntries(CHECKED.map((name) => [name, columns[name]]));
}
