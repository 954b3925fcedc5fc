/**
 * Whether the prediction that a submission names is recorded. `unverified`: the sender had neither a key nor a token,
 * so the link is never counted.
 */
export type SubmissionLink = 'none' | 'linked' | 'pending' | 'unverified';

/** A submission with validated fields, before it is stored. */
export interface SubmissionInput {
  sessionId: string;
  category: string;
  description: string;
  url: string;
  /** Time on the client's clock: ISO 8601 in UTC, or the value as sent if it cannot be parsed. */
  timestamp: string;
  browser: string | null;
  os: string | null;
  screenResolution: string | null;
  viewportSize: string | null;
  userId: string | null;
  predictionId: string | null;
  /** JSON. */
  annotationCoords: unknown;
  /** JSON. */
  apiState: unknown;
  /** Value of a hidden field that only spam bots fill in. */
  honeypot: string | null;
  /** Milliseconds between opening the form and sending it. */
  elapsedMs: number | null;
}

/** A stored submission; times are milliseconds since 1970. */
export interface Submission extends Omit<SubmissionInput, 'honeypot' | 'elapsedMs'> {
  id: string;
  /** Whether `apiState` is stored, but no key of this server decrypts it. */
  apiStateUnreadable: boolean;
  link: SubmissionLink;
  hasScreenshot: boolean;
  hasAnnotation: boolean;
  createdAt: number;
  isRead: boolean;
  isArchived: boolean;
  adminNotes: string | null;
  quarantine: string | null;
  version: number;
  deletedAt: number | null;
}

export type ScreenshotState = 'pending' | 'ready' | 'failed';

/** A screenshot without its bytes. */
export interface Screenshot {
  id: string;
  feedbackId: string;
  n: number;
  state: ScreenshotState;
  contentType: string;
  width: number | null;
  height: number | null;
  sizeKb: number;
  failure: string | null;
}
