import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext, uuidv7 } from '#kernel';
import { type Claim, type Durability, Recorder } from '#ingest';
import { PredictionLinks } from '#labels';
import { Metrics } from '#observability';
import type { BulkRow } from '#persistence';
import { FieldCipher } from '#secrets';
import type { AcceptedPicture } from './attachments/picture-intake.service.js';
import { ScreenshotProcessor } from './attachments/screenshot-processor.job.js';
import { toSearchText } from './search-words.js';
import { SCREENSHOTS, SUBMISSIONS } from './feedback.table.js';
import { type SubmissionInput, type SubmissionLink } from './submission.js';

export interface Intake {
  input: SubmissionInput;
  pictures: readonly AcceptedPicture[];
  /** Sent with a key or a token: what it names may count. */
  verified: boolean;
  quarantine: string | null;
}

export interface IntakeResult {
  id: string;
  link: SubmissionLink;
  persisted: Durability;
}

export type ClaimIntake = (id: string, resultOf: (persisted: Durability) => IntakeResult) => Claim;

/** Makes a submission and its pictures durable in one transaction. */
@Injectable()
export class IntakeService {
  private readonly counted;

  constructor(
    private readonly recorder: Recorder,
    private readonly processor: ScreenshotProcessor,
    private readonly links: PredictionLinks,
    private readonly cipher: FieldCipher,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('feedback_total', 'Submissions accepted.', ['persisted', 'quarantine']);
  }

  /** @throws NotRecordedError, QueueFullError (503), AnsweredBefore, IdempotencyKeyReusedError (422) */
  async record(tenant: TenantContext, intake: Intake, claimOf?: ClaimIntake): Promise<IntakeResult> {
    const now = this.clock.now();
    const id = uuidv7(now);
    const link = await this.link(tenant, intake);
    const resultOf = (persisted: Durability): IntakeResult => ({ id, link: link.link, persisted });
    const claim = claimOf?.(id, resultOf);
    const pictures = intake.pictures.map((picture, n) => pictureRow(tenant, id, n, picture, now));
    const bytes = intake.pictures.reduce(
      (sum, each) => sum + each.bytes.length * 1.4,
      intake.input.description.length * 2,
    );
    const persisted = await this.recorder.put(tenant, {
      parts: [
        { insert: SUBMISSIONS.insert, rows: [this.row(tenant, id, intake, link, now)] },
        ...(pictures.length > 0 ? [{ insert: SCREENSHOTS.insert, rows: pictures }] : []),
      ],
      bytes,
      ...(claim ? { claim } : {}),
    });
    this.counted.inc({ persisted, quarantine: intake.quarantine ?? 'none' });
    if (persisted === 'database' && pictures.length > 0) this.processor.notify();
    return resultOf(persisted);
  }

  private async link(
    tenant: TenantContext,
    { input: { predictionId }, verified }: Intake,
  ): Promise<{ link: SubmissionLink; predictionId: string | null }> {
    if (predictionId === null) return { link: 'none', predictionId };
    if (!verified) return { link: 'unverified', predictionId };
    const target = await this.links.resolve(tenant, { predictionId, inferenceId: null });
    return { link: target.link, predictionId: target.predictionId ?? predictionId };
  }

  private row(
    tenant: TenantContext,
    id: string,
    { input, pictures, quarantine }: Intake,
    { link, predictionId }: { link: SubmissionLink; predictionId: string | null },
    now: number,
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
      has_screenshot: pictures.length > 0,
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
