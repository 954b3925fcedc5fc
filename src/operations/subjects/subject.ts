import { DAY_MS } from '#kernel';

/** Certifies that a subject was erased, without identifying it. Times are milliseconds since 1970. */
export interface ErasureCertificate {
  certificateId: string;
  subjectHash: string;
  erasedAt: number;
  /** Store → number of removed records. */
  removed: Record<string, number>;
  /** Whether any record was found. */
  found: boolean;
}

/** How long backups are kept. During this time they may still contain erased records. */
export const BACKUP_RETENTION_MS = 7 * DAY_MS;
