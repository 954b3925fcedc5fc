import type { RetentionKind } from '#persistence';

/** One deletion of expired records of one kind. Times are milliseconds since 1970. */
export interface RetentionRun {
  id: string;
  tenantId: string;
  kind: RetentionKind;
  cutoff: number;
  startedAt: number;
  finishedAt: number | null;
  deleted: number;
}

/** The retention period of one kind of record. */
export interface RetentionSetting {
  kind: RetentionKind;
  days: number;
  /** Whether the tenant chose the period, instead of using the configured one. */
  own: boolean;
}
