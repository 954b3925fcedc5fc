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
  type AcceptedPicture,
  type IntakeWarning,
  PictureIntake,
  type SentPicture,
} from './attachments/picture-intake.service.js';
import { ScreenshotProcessor } from './attachments/screenshot-processor.job.js';
import { toSearchText } from './search-words.js';
import { SpamCheck } from './spam-check.service.js';
import { type HeaderSink, SubmitAccess } from './submit-access.service.js';
import { SCREENSHOTS, SUBMISSIONS } from './feedback.table.js';
import { type SubmissionInput, type SubmissionLink } from './submission.js';

/** A submission as it was sent, its fields already checked. */
export interface SentFeedback {
  input: SubmissionInput;
  pictures: readonly SentPicture[];
  /** How many files came beyond those that are read. */
  surplusFiles: number;
}

/** A submission whose sender and pictures have been checked. */
export interface CheckedFeedback {
  caller: Principal;
  input: SubmissionInput;
  pictures: readonly AcceptedPicture[];
  warnings: IntakeWarning[];
  /** Sent without a key or token, or with a publishable key: counted by address, checked for spam, and its prediction not trusted. */
  isDoubted: boolean;
}

/** Where a submission came from. */
export interface FeedbackOrigin {
  ip: string;
  /** Receives the limit headers of the answer. */
  limits: HeaderSink;
}

export interface IntakeResult {
  id: string;
  link: SubmissionLink;
  persisted: Durability;
  warnings: IntakeWarning[];
}

/**
 * Takes a submission in, step by step: who sent it, its pictures, how often they send, whether it is spam, which prediction it is about;
 * then plans to record it and its pictures in one transaction.
 */
@Injectable()
export class IntakeService {
  private readonly counted;

  constructor(
    private readonly access: SubmitAccess,
    private readonly pictures: PictureIntake,
    private readonly spam: SpamCheck,
    private readonly links: PredictionLinks,
    private readonly processor: ScreenshotProcessor,
    private readonly cipher: FieldCipher,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('feedback_total', 'Submissions accepted.', ['persisted', 'quarantine']);
  }

  /** @throws AuthenticationError when the feedback token is not valid for the prediction */
  prove(sender: Principal, predictionId: string | null): Principal {
    return this.access.prove(sender, predictionId);
  }

  /** Checks the sender and the pictures; refused pictures become warnings. @throws AuthenticationError */
  async check(sender: Principal, { input, pictures, surplusFiles }: SentFeedback): Promise<CheckedFeedback> {
    const caller = this.prove(sender, input.predictionId);
    const checked = await this.pictures.check(pictures, surplusFiles);
    const anonymous = caller.keyId === null && caller.feedbackToken === undefined;
    // Where no key is required, an anonymous sender is an ordinary one.
    const isDoubted = (anonymous && this.config.security.apiKeyRequired) || caller.publishable === true;
    return { caller, input, ...checked, isDoubted };
  }

  /**
   * Counts the submission, looks for spam and plans to record it; `stored` is the status when it is in the database.
   * @throws RateLimitError (429)
   */
  async plan(
    { caller, input, isDoubted, pictures, warnings }: CheckedFeedback,
    { ip, limits }: FeedbackOrigin,
    stored: 200 | 201,
  ): Promise<RecordPlan<IntakeResult>> {
    await this.access.count(caller, ip, limits);
    const assessment = isDoubted ? this.spam.judge(caller, ip, input) : undefined;
    const quarantine = assessment?.reason ?? null;
    const now = this.clock.now();
    const id = uuidv7(now);
    const target = await this.link(caller, input, !isDoubted);
    const row = this.row(caller, { id, input, hasPictures: pictures.length > 0, quarantine, ...target, now });
    const screenshots = pictures.map((picture, n) => pictureRow(caller, id, n, picture, now));
    return {
      batch: {
        parts: [
          { insert: SUBMISSIONS.insert, rows: [row] },
          ...(screenshots.length > 0 ? [{ insert: SCREENSHOTS.insert, rows: screenshots }] : []),
        ],
        bytes: pictures.reduce((sum, each) => sum + each.bytes.length * 1.4, input.description.length * 2),
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

  private row(tenant: TenantContext, { hasPictures, id, input, link, now, predictionId, quarantine }: NewRow): BulkRow {
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
      has_screenshot: hasPictures,
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
  hasPictures: boolean;
  quarantine: string | null;
  link: SubmissionLink;
  predictionId: string | null;
  now: number;
}

/** A picture of a submission that waits to be looked at. */
export function pictureRow(
  { tenantId }: TenantContext,
  feedbackId: string,
  n: number,
  { bytes, header }: AcceptedPicture,
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

function isDrawn(coords: unknown): boolean {
  if (coords === null || coords === '' || coords === '[]' || coords === '{}') return false;
  return typeof coords !== 'object' || Object.keys(coords as object).length > 0;
}
