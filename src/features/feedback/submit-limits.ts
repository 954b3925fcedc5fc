import type { FeedbackLoopConfig } from '#config';
import { maxDataUrlLength } from './attachments/data-url.js';

/**
 * Holds five screenshots of 5 MiB as data URLs, or one of 20 MiB: a screenshot that is too large must not cost the
 * text.
 */
const MIN_BODY_BYTES = 39_845_888;
/** The memory for all large bodies together. */
const MAX_BODY_BYTES = 134_217_728;
const TEXT_BYTES = 1_048_576;

/** Returns the maximum size of a JSON body with screenshots, which grows with the allowed screenshots. */
export function maxSubmissionBytes({
  feedback: { screenshotMaxBytes, screenshotMaxCount },
}: Pick<FeedbackLoopConfig, 'feedback'>): number {
  const wanted = screenshotMaxCount * maxDataUrlLength(screenshotMaxBytes) + TEXT_BYTES;
  return Math.min(Math.max(wanted, MIN_BODY_BYTES), MAX_BODY_BYTES);
}
