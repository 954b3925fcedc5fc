import { uuidv7 } from '#kernel';
import type { TransferTable } from '#persistence';
import { toSearchText } from '../search-words.js';
import { SUBMISSION_INSERT } from '../submission.js';

/** Feedback as files, without its pictures, which are exported with their subject. */
export const TRANSFER_FEEDBACK: Omit<TransferTable, 'withFiles'> = {
  kind: 'feedback',
  insert: SUBMISSION_INSERT,
  time: 'created_at',
  leftOut: ['search_text', 'deleted_at', 'has_screenshot', 'version'],
  texts: ['description', 'admin_notes', 'api_state', 'url', 'annotation_coords'],
  sealedJson: ['api_state'],
  defaults: {
    link: 'none',
    has_annotation: false,
    is_read: false,
    is_archived: false,
  },
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
