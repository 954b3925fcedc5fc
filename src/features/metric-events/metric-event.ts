import { BulkInsert, type RetainedTable, type SubjectTable } from '#persistence';
import type { SealedTable } from '#secrets';

/** A custom metric event; times in milliseconds since 1970. */
export interface MetricEvent {
  id: string;
  type: string;
  timestamp: number;
  userId: string | null;
  orgId: string | null;
  /** The caller's own name of it. */
  externalId: string | null;
  data: Record<string, unknown>;
  acceptedAt: number;
  /** Paths of `data` that are kept back from whoever may not read texts. */
  withheld: readonly string[];
}

export interface MetricEventFilter {
  from?: number | undefined;
  to?: number | undefined;
  type?: string | undefined;
  userId?: string | undefined;
  orgId?: string | undefined;
  externalId?: string | undefined;
  /** A path of `data` and the value that stands there, as text. */
  data?: readonly { path: readonly string[]; value: string }[];
}

export interface TypeUse {
  type: string;
  count: number;
  firstSeen: number;
  lastSeen: number;
}

export interface EventFigures {
  total: number;
  types: number;
  users: number;
  orgs: number;
  earliest: number | null;
  latest: number | null;
}

const TABLE = 'metric_events';

export const METRIC_EVENT_INSERT = new BulkInsert(
  TABLE,
  {
    id: 'uuid',
    tenant_id: 'uuid',
    type: 'text',
    timestamp: 'timestamp',
    user_id: 'text',
    org_id: 'text',
    external_id: 'text',
    data: 'json',
    sensitive: 'text',
    accepted_id: 'uuid',
    accepted_at: 'timestamp',
  },
  {
    newer: 'accepted_id',
    claims: {
      table: 'metric_event_keys',
      name: 'external_id',
      holder: 'event_id',
      // The time of an event is part of its id, and so of where it is kept: a change leaves it.
      under: (row, id) => ({ ...row, id, timestamp: timeOfId(id) }),
    },
  },
);

export const RETAINED_EVENTS: RetainedTable = {
  kind: 'metrics',
  table: TABLE,
  time: 'timestamp',
  children: [{ table: 'metric_event_keys', column: 'event_id' }],
  partitioned: true,
};

export const SUBJECT_EVENTS: SubjectTable = {
  store: 'metric_events',
  table: TABLE,
  accepted: 'accepted_at',
  children: [{ store: 'metric_event_keys', table: 'metric_event_keys', column: 'event_id', key: 'event_id' }],
};

export const SEALED_EVENTS: SealedTable = {
  table: TABLE,
  columns: [{ name: 'sensitive', kind: 'text' }],
  boundTo: 'accepted_id',
};

function timeOfId(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
