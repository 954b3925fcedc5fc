import type { RetentionKind } from '#persistence';

/** Times are milliseconds since 1970. */
export interface RetentionRun {
  id: string;
  tenantId: string;
  kind: RetentionKind;
  cutoff: number;
  startedAt: number;
  finishedAt: number | null;
  deleted: number;
}

/** How long a tenant keeps a kind of record. */
export interface RetentionSetting {
  kind: RetentionKind;
  days: number;
  /** Whether the tenant chose it. */
  own: boolean;
}
