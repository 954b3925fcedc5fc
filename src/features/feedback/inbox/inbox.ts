import type { RecordedChange } from '#persistence';
import type { Screenshot, Submission } from '../submission.js';

/** Filters of the inbox. The range includes `from` and excludes `to`, both in milliseconds since 1970. */
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
  /** Words that must all occur, at least as the beginning of a word. */
  search?: string | undefined;
  /** If undefined, the filter includes both. */
  quarantined?: boolean | undefined;
  includeDeleted: boolean;
}

export interface InboxItem extends Submission {
  screenshots: Screenshot[];
}

/** Fields that an administrator may change. */
export interface Triage {
  isRead?: boolean | undefined;
  isArchived?: boolean | undefined;
  adminNotes?: string | null | undefined;
  category?: string | undefined;
  /** False releases the feedback from quarantine. Only the spam check puts feedback into it. */
  quarantined?: false | undefined;
}

export type HistoryEntry = RecordedChange;

/** The triage of a submission at some time. */
export type TriagedState = Pick<
  Submission,
  'isRead' | 'isArchived' | 'adminNotes' | 'category' | 'quarantine' | 'version'
>;

/** Amounts of stored feedback. A kilobyte is 1,024 bytes. */
export interface StorageFigures {
  submissions: number;
  screenshots: number;
  storageKb: number;
  averageKb: number;
  largestKb: number;
  submissionsLast24h: number;
}
