import type { Column } from '#tabular';
import type { MetricEvent } from './metric-event.js';

/** Columns of an export. Their names are those of the API. */
export const EVENT_COLUMNS: readonly Column<MetricEvent>[] = [
  ['id', 'text', ({ id }) => id],
  ['type', 'text', ({ type }) => type],
  ['timestamp', 'time', ({ timestamp }) => timestamp],
  ['user_id', 'text', ({ userId }) => userId],
  ['org_id', 'text', ({ orgId }) => orgId],
  ['external_id', 'text', ({ externalId }) => externalId],
  ['data', 'json', ({ data }) => data],
  ['accepted_at', 'time', ({ acceptedAt }) => acceptedAt],
];
