import { defineTable, json, nullable, primary, string, text, time, uuid } from '#persistence';

/** A custom metric event. */
export const METRIC_EVENTS = defineTable({
  table: 'metric_events',
  columns: {
    /** UUID v7 whose time is `timestamp`; PostgreSQL partitions by it. */
    id: primary(uuid()),
    tenant_id: uuid(),
    type: string(64),
    timestamp: time(),
    user_id: nullable(string(128)),
    org_id: nullable(string(128)),
    /** The caller's own id of the event. Sending it again changes the event. */
    external_id: nullable(string(255)),
    data: json<Record<string, unknown>>(),
    /** Fields of `data` that are configured as sensitive, by path, as JSON. */
    sensitive: nullable(text()),
    /**
     * Increases with every accepted change. A change with a smaller id is ignored, so that a replay cannot restore an
     * earlier one.
     */
    accepted_id: uuid(),
    accepted_at: time(),
  },
  indexes: [
    { name: 'idx_metric_events_timestamp', columns: ['tenant_id', 'timestamp', 'id'] },
    { name: 'idx_metric_events_type', columns: ['tenant_id', 'type', 'timestamp', 'id'] },
    {
      name: 'idx_metric_events_user',
      columns: ['tenant_id', 'user_id', 'timestamp', 'id'],
      where: 'user_id IS NOT NULL',
    },
    { name: 'idx_metric_events_org', columns: ['tenant_id', 'org_id', 'timestamp', 'id'], where: 'org_id IS NOT NULL' },
    { name: 'idx_metric_events_external', columns: ['tenant_id', 'external_id'], where: 'external_id IS NOT NULL' },
    // A GIN index, which exists only on PostgreSQL and which TypeORM does not know.
    { name: 'idx_metric_events_data', columns: ['data'], synchronize: false },
  ],
  newer: 'accepted_id',
  claims: {
    table: 'metric_event_keys',
    name: 'external_id',
    holder: 'event_id',
    // The id contains the time and determines the partition, so a change keeps both.
    withId: (row, id) => ({ ...row, id, timestamp: timeOfId(id) }),
  },
  acceptedAt: 'accepted_at',
  retention: { kind: 'metrics', time: 'timestamp', partitioned: true },
  subject: { store: 'metric_events' },
  sealed: { columns: { sensitive: 'text' }, boundTo: 'accepted_id' },
  transfer: {
    kind: 'metrics',
    time: 'timestamp',
    timeInId: true,
    omitted: ['accepted_id'],
    texts: ['sensitive'],
    sealedJson: ['sensitive'],
    defaults: {},
  },
  growth: { partitioned: true },
});

/** Maps external ids to events, because a unique index on a partitioned table cannot guarantee that they are unique. */
export const METRIC_EVENT_KEYS = defineTable({
  table: 'metric_event_keys',
  columns: {
    tenant_id: primary(uuid()),
    external_id: primary(string(255)),
    event_id: uuid(),
  },
  indexes: [{ name: 'idx_metric_event_keys_event', columns: ['tenant_id', 'event_id'] }],
  id: ['tenant_id', 'external_id'],
  parent: { table: 'metric_events', column: 'event_id', key: 'event_id' },
});

function timeOfId(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
