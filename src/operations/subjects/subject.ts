import { DAY_MS } from '#kernel';

/** That a subject was erased; times in milliseconds since 1970. Nobody can tell from it who that was. */
export interface ErasureCertificate {
  certificateId: string;
  subjectHash: string;
  erasedAt: number;
  /** Store → how many. */
  removed: Record<string, number>;
  found: boolean;
}

/** Backups are kept this long: so long they may still hold what was erased. */
export const BACKUPS_KEPT_MS = 7 * DAY_MS;
