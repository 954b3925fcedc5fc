import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, uuidv7 } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import type { Durability, RecordPlan } from '#ingest';
import { PredictionLinks } from '#labels';
import { Metrics } from '#observability';
import type { BulkRow } from '#persistence';
import { FieldCipher } from '#secrets';
import type { Principal } from '#security';
import {
  type AcceptedScreenshot,
  type IntakeWarning,
  ScreenshotIntake,
  type SentScreenshot,
} from './attachments/screenshot-intake.service.js';
import { ScreenshotProcessor } from './attachments/screenshot-processor.job.js';
import { toSearchText } from './search-words.js';
import { SpamCheck } from './spam-check.service.js';
import { type HeaderSink, SubmitAccess } from './submit-access.service.js';
import { SCREENSHOTS, SUBMISSIONS } from './feedback.table.js';
import { type SubmissionInput, type SubmissionLink } from './submission.js';

/** A submission with validated fields. */
export interface SentFeedback {
  input: SubmissionInput;
  screenshots: readonly SentScreenshot[];
  /** Number of files beyond the limit, which were not read. */
  surplusFiles: number;
}

/** A submission whose sender and screenshots have been checked. */
export interface CheckedFeedback {
  caller: Principal;
  input: SubmissionInput;
  screenshots: readonly AcceptedScreenshot[];
  warnings: IntakeWarning[];
  /**
   * Whether the sender has no key or token, or a publishable key. Such a submission is checked for spam, and its link
   * to a prediction is not trusted.
   */
  isUntrusted: boolean;
}

/** The origin of a submission. */
export interface FeedbackOrigin {
  ip: string;
  /** Receives the rate limit headers of the response. */
  limits: HeaderSink;
}

export interface IntakeResult {
  id: string;
  link: SubmissionLink;
  persisted: Durability;
  warnings: IntakeWarning[];
}

/**
 * Accepts submissions. Checks the sender, the screenshots, the rate limit and spam, finds the prediction, and then
 * plans one transaction that records the submission and its screenshots.
 */
@Injectable()
export class IntakeService {
  private readonly counted;

  constructor(
    private readonly access: SubmitAccess,
    private readonly screenshotIntake: ScreenshotIntake,
    private readonly spam: SpamCheck,
    private readonly links: PredictionLinks,
    private readonly processor: ScreenshotProcessor,
    private readonly cipher: FieldCipher,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('feedback_total', 'Accepted feedback submissions.', ['persisted', 'quarantine']);
  }

  /**
   * Returns the sender, verified by the feedback token if the request has one.
   *
   * @throws AuthenticationError (401) if the token is not valid for the prediction
   */
  verifySender(sender: Principal, predictionId: string | null): Principal {
    return this.access.verifySender(sender, predictionId);
  }

  /**
   * Checks the sender and the screenshots. Refused screenshots become warnings.
   *
   * @throws AuthenticationError (401) if the feedback token is not valid for the prediction
   */
  async check(sender: Principal, { input, screenshots, surplusFiles }: SentFeedback): Promise<CheckedFeedback> {
    const caller = this.verifySender(sender, input.predictionId);
    const checked = await this.screenshotIntake.check(screenshots, surplusFiles);
    const anonymous = caller.keyId === null && caller.feedbackToken === undefined;
    // If no key is required, anonymous senders are trusted like others.
    const isUntrusted = (anonymous && this.config.security.apiKeyRequired) || caller.publishable === true;
    return { caller, input, ...checked, isUntrusted };
  }

  /**
   * Counts the submission, checks for spam and plans to record it. `stored` is the status of the response if the
   * database is up.
   *
   * @throws RateLimitError (429)
   */
  async plan(
    { caller, input, isUntrusted, screenshots, warnings }: CheckedFeedback,
    { ip, limits }: FeedbackOrigin,
    stored: 200 | 201,
  ): Promise<RecordPlan<IntakeResult>> {
    await this.access.count(caller, ip, limits);
    const assessment = isUntrusted ? this.spam.assess(caller, ip, input) : undefined;
    const quarantine = assessment?.reason ?? null;
    const now = this.clock.now();
    const id = uuidv7(now);
    const target = await this.link(caller, input, !isUntrusted);
    const row = this.row(caller, { id, input, hasScreenshots: screenshots.length > 0, quarantine, ...target, now });
    const screenshotRows = screenshots.map((screenshot, n) => screenshotRow(caller, id, n, screenshot, now));
    return {
      batch: {
        parts: [
          { insert: SUBMISSIONS.insert, rows: [row] },
          ...(screenshots.length > 0 ? [{ insert: SCREENSHOTS.insert, rows: screenshotRows }] : []),
        ],
        bytes: screenshots.reduce((sum, each) => sum + each.bytes.length * 1.4, input.description.length * 2),
      },
      recordIds: [id],
      answer: (persisted) => ({
        status: persisted === 'database' ? stored : 202,
        body: { id, link: target.link, persisted, warnings },
      }),
      recorded: (persisted) => {
        assessment?.remember();
        this.counted.inc({ persisted, quarantine: quarantine ?? 'none' });
        if (persisted === 'database' && screenshots.length > 0) this.processor.notify();
      },
    };
  }

  private async link(
    tenant: TenantContext,
    { predictionId }: SubmissionInput,
    verified: boolean,
  ): Promise<{ link: SubmissionLink; predictionId: string | null }> {
    if (predictionId === null) return { link: 'none', predictionId };
    if (!verified) return { link: 'unverified', predictionId };
    const target = await this.links.resolve(tenant, { predictionId, inferenceId: null });
    return { link: target.link, predictionId: target.predictionId ?? predictionId };
  }

  private row(
    tenant: TenantContext,
    { hasScreenshots, id, input, link, now, predictionId, quarantine }: NewRow,
  ): BulkRow {
    const { annotationCoords, apiState } = input;
    return {
      id,
      tenant_id: tenant.tenantId,
      session_id: input.sessionId,
      category: input.category,
      description: input.description,
      url: input.url,
      timestamp: input.timestamp,
      browser: input.browser,
      os: input.os,
      screen_resolution: input.screenResolution,
      viewport_size: input.viewportSize,
      user_id: input.userId,
      prediction_id: predictionId,
      link,
      has_screenshot: hasScreenshots,
      has_annotation: isDrawn(annotationCoords),
      annotation_coords: annotationCoords,
      api_state:
        apiState === null
          ? null
          : this.cipher.seal(tenant, SUBMISSIONS.place(id, 'api_state'), JSON.stringify(apiState)),
      created_at: now,
      is_read: false,
      is_archived: false,
      admin_notes: null,
      quarantine,
      version: 1,
      search_text: toSearchText(input.description),
    };
  }
}

interface NewRow {
  id: string;
  input: SubmissionInput;
  hasScreenshots: boolean;
  quarantine: string | null;
  link: SubmissionLink;
  predictionId: string | null;
  now: number;
}

/** Returns the row of a screenshot that waits to be encoded. */
export function screenshotRow(
  { tenantId }: TenantContext,
  feedbackId: string,
  n: number,
  { bytes, header }: AcceptedScreenshot,
  now: number,
): BulkRow {
  return {
    id: uuidv7(now),
    tenant_id: tenantId,
    feedback_id: feedbackId,
    n,
    state: 'pending',
    content_type: header.contentType,
    width: header.width,
    height: header.height,
    size_kb: Math.round((bytes.length / 1024) * 100) / 100,
    store: 'database',
    screenshot_data: bytes.toString('base64'),
    created_at: now,
    attempts: 0,
  };
}

export function isDrawn(coords: unknown): boolean {
  if (coords === null || coords === '' || coords === '[]' || coords === '{}') return false;
  return typeof coords !== 'object' || Object.keys(coords as object).length > 0;
}
