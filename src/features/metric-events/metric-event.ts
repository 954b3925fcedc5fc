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
