/** Whether the prediction it names is here; `unverified`: named by somebody without a key or token, never counted. */
export type SubmissionLink = 'none' | 'linked' | 'pending' | 'unverified';

/** What somebody wrote; fields already checked. */
export interface SubmissionInput {
  sessionId: string;
  category: string;
  description: string;
  url: string;
  /** The client's; ISO 8601 in UTC, or as it was sent when it cannot be read. */
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
  /** A field that people do not see; programs fill it in. */
  honeypot: string | null;
  /** Milliseconds between opening the form and sending it. */
  elapsedMs: number | null;
}

/** A stored submission; times are milliseconds since 1970. */
export interface Submission extends Omit<SubmissionInput, 'honeypot' | 'elapsedMs'> {
  id: string;
  /** There is one, but no key of this server opens it. */
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

/** A picture without its bytes. */
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
