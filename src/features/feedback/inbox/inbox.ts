import type { RecordedChange } from '#persistence';
import type { Screenshot, Submission } from '../submission.js';

/** Filters of the inbox; the range is half-open, milliseconds since 1970. */
export interface InboxFilter {
  from?: number | undefined;
  to?: number | undefined;
  category?: string | undefined;
  isRead?: boolean | undefined;
  isArchived?: boolean | undefined;
  hasScreenshot?: boolean | undefined;
  sessionId?: string | undefined;
  userId?: string | undefined;
  predictionId?: string | undefined;
  /** Words that must all occur, from their beginning. */
  search?: string | undefined;
  /** Undefined: both. */
  quarantined?: boolean | undefined;
  includeDeleted: boolean;
}

export interface InboxItem extends Submission {
  screenshots: Screenshot[];
}

/** What an administrator may change. */
export interface Triage {
  isRead?: boolean | undefined;
  isArchived?: boolean | undefined;
  adminNotes?: string | null | undefined;
  category?: string | undefined;
  /** False lets it out of quarantine; nothing puts it in by hand. */
  quarantined?: false | undefined;
}

export type HistoryEntry = RecordedChange;

/** What administrators had made of a submission. */
export type TriagedState = Pick<
  Submission,
  'isRead' | 'isArchived' | 'adminNotes' | 'category' | 'quarantine' | 'version'
>;

/** What is stored; kilobytes of 1,024 bytes. */
export interface StorageFigures {
  submissions: number;
  screenshots: number;
  storageKb: number;
  averageKb: number;
  largestKb: number;
  submissionsLast24h: number;
}
