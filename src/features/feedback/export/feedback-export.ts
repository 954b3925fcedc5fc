import type { Column } from '#tabular';
import type { Submission } from '../submission.js';

/** Columns of an export, named as in the API. */
export const FEEDBACK_COLUMNS: readonly Column<Submission>[] = [
  ['id', 'text', ({ id }) => id],
  ['session_id', 'text', ({ sessionId }) => sessionId],
  ['category', 'text', ({ category }) => category],
  ['description', 'text', ({ description }) => description],
  ['url', 'text', ({ url }) => url],
  ['timestamp', 'text', ({ timestamp }) => timestamp],
  ['browser', 'text', ({ browser }) => browser],
  ['os', 'text', ({ os }) => os],
  ['screen_resolution', 'text', ({ screenResolution }) => screenResolution],
  ['viewport_size', 'text', ({ viewportSize }) => viewportSize],
  ['user_id', 'text', ({ userId }) => userId],
  ['prediction_id', 'text', ({ predictionId }) => predictionId],
  ['link', 'text', ({ link }) => link],
  ['has_screenshot', 'boolean', ({ hasScreenshot }) => hasScreenshot],
  ['has_annotation', 'boolean', ({ hasAnnotation }) => hasAnnotation],
  ['annotation_coords', 'json', ({ annotationCoords }) => annotationCoords],
  ['api_state', 'json', ({ apiState }) => apiState],
  ['created_at', 'time', ({ createdAt }) => createdAt],
  ['is_read', 'boolean', ({ isRead }) => isRead],
  ['is_archived', 'boolean', ({ isArchived }) => isArchived],
  ['admin_notes', 'text', ({ adminNotes }) => adminNotes],
  ['quarantine', 'text', ({ quarantine }) => quarantine],
  ['version', 'integer', ({ version }) => version],
];
