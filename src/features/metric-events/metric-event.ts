/** A custom metric event. Times are in milliseconds since 1970. */
export interface MetricEvent {
  id: string;
  type: string;
  timestamp: number;
  userId: string | null;
  orgId: string | null;
  /** The caller's own id of the event. */
  externalId: string | null;
  data: Record<string, unknown>;
  acceptedAt: number;
  /** Paths of `data` that are omitted, because the caller may not read texts. */
  withheld: readonly string[];
}

/** Filters of a list. Times are in milliseconds since 1970; `from` is inclusive and `to` exclusive. */
export interface MetricEventFilter {
  from?: number | undefined;
  to?: number | undefined;
  type?: string | undefined;
  userId?: string | undefined;
  orgId?: string | undefined;
  externalId?: string | undefined;
  /** Paths of `data` and the values at these paths, as texts. */
  data?: readonly { path: readonly string[]; value: string }[];
}

/** Events of one type. Times are in milliseconds since 1970. */
export interface TypeUse {
  type: string;
  count: number;
  firstSeen: number;
  lastSeen: number;
}

/** Totals of metric events. Times are in milliseconds since 1970; null without events. */
export interface EventFigures {
  total: number;
  types: number;
  users: number;
  orgs: number;
  earliest: number | null;
  latest: number | null;
}
