import { uuidv7 } from '#kernel';
import type { TableBehaviour } from '#persistence';
import { toSearchText } from '../search-words.js';

/** Converts feedback from a file to rows. Screenshots are not in the file; they are exported with their subject. */
export const TRANSFER_FEEDBACK: NonNullable<TableBehaviour['transfer']> = {
  toColumns: (_tenant, columns) => ({
    ...columns,
    id: columns.id ?? uuidv7(columns.created_at as number),
    // A background job looks for the prediction after the import. An unverified link stays unverified.
    link: columns.prediction_id === null ? 'none' : columns.link === 'unverified' ? 'unverified' : 'pending',
    has_screenshot: false,
    version: 1,
    search_text: toSearchText(String(columns.description)),
  }),
};
