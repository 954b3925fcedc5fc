import { uuidv7 } from '#kernel';
import type { TableBehaviour } from '#persistence';
import { toSearchText } from '../search-words.js';

/** How feedback of a file becomes rows; its pictures are exported with their subject. */
export const TRANSFER_FEEDBACK: NonNullable<TableBehaviour['transfer']> = {
  toColumns: (_tenant, columns) => ({
    ...columns,
    id: columns.id ?? uuidv7(columns.created_at as number),
    // Whether the prediction is here too is looked up after it came in; what nobody vouched for stays so.
    link: columns.prediction_id === null ? 'none' : columns.link === 'unverified' ? 'unverified' : 'pending',
    has_screenshot: false,
    version: 1,
    search_text: toSearchText(String(columns.description)),
  }),
};
