import { Inject, Injectable } from '@nestjs/common';
import {
  type Clock,
  CLOCK,
  DAY_MS,
  type FieldError,
  parseTime,
  type TenantContext,
  uuidv7,
  ValidationError,
} from '#kernel';
import { type Claim, type Durability, Recorder } from '#ingest';
import { Metrics } from '#observability';
import { type Label, LABELS, type LabelSource } from './label.table.js';
import { PredictionLinks } from './linking/prediction-links.service.js';
import type { Link } from './vote.table.js';

/** Ground truth as it is sent; `timestamp` in ISO 8601. One of the two ids is given. */
export interface LabelInput {
  id?: string | null | undefined;
  predictionId?: string | null | undefined;
  inferenceId?: string | null | undefined;
  label: string;
  source: LabelSource;
  timestamp?: string | null | undefined;
  labeller?: string | null | undefined;
  userId?: string | null | undefined;
}

export interface LabelResult {
  id: string;
  link: Link;
  /** Records it is about: by the caller's id all of them, the latest first; the label belongs to the first. */
  predictionIds: readonly string[];
  persisted: Durability;
}

export type ClaimLabel = (id: string, resultOf: (persisted: Durability) => LabelResult) => Claim;

const MAX_AHEAD_MS = 5 * 60_000;
const MAX_VALIDITY_MS = 100 * 365 * DAY_MS;

/** Takes ground truth, before or after the prediction it is about. */
@Injectable()
export class LabelsService {
  private readonly counted;

  constructor(
    private readonly recorder: Recorder,
    private readonly links: PredictionLinks,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('labels_total', 'Labels accepted.', ['source', 'persisted']);
  }

  /** @throws ValidationError when its time, or that of its id, is impossible */
  toLabel(input: LabelInput): Label {
    const now = this.clock.now();
    const validAt = input.timestamp == null ? now : (parseTime(input.timestamp) ?? now);
    const errors: FieldError[] = [];
    if (validAt > now + MAX_AHEAD_MS)
      errors.push({ path: 'timestamp', message: 'must not be more than 5 minutes ahead' });
    if (validAt < now - MAX_VALIDITY_MS) errors.push({ path: 'timestamp', message: 'is too long ago' });
    if (errors.length > 0) throw new ValidationError(errors);
    const predictionId = input.predictionId?.toLowerCase() ?? null;
    return LABELS.complete({
      ...input,
      id: input.id?.toLowerCase() ?? uuidv7(now),
      givenPredictionId: predictionId,
      givenValidAt: input.timestamp == null ? null : validAt,
      predictionId,
      validAt,
      recordedAt: now,
      link: 'pending',
    });
  }

  /** @throws NotRecordedError, QueueFullError (503), IdsTakenError (409), AnsweredBefore, IdempotencyKeyReusedError (422) */
  async recordOne(tenant: TenantContext, label: Label, chosenId: boolean, claimOf?: ClaimLabel): Promise<LabelResult> {
    const target = await this.links.resolve(tenant, label);
    const resultOf = (persisted: Durability): LabelResult => ({
      id: label.id,
      link: target.link,
      predictionIds: target.predictionIds,
      persisted,
    });
    const linked = { ...label, predictionId: target.predictionId ?? label.predictionId, link: target.link };
    return resultOf(await this.put(tenant, [linked], chosenId, claimOf?.(label.id, resultOf)));
  }

  /** All in one transaction. @throws as `recordOne` */
  async record(tenant: TenantContext, labels: readonly Label[], chosenIds: boolean): Promise<Durability> {
    const targets = await this.links.resolveAll(tenant, labels);
    const linked = labels.map((label, i) => {
      const { link, predictionId } = targets[i] as (typeof targets)[number];
      return { ...label, predictionId: predictionId ?? label.predictionId, link };
    });
    return this.put(tenant, linked, chosenIds);
  }

  /** Resolves when a stream may send its next batch. */
  room(): Promise<void> {
    return this.recorder.room();
  }

  private async put(
    tenant: TenantContext,
    labels: readonly Label[],
    chosenIds: boolean,
    claim?: Claim,
  ): Promise<Durability> {
    const rows = labels.map((label) => LABELS.toRow(tenant, label));
    const persisted = await this.recorder.put(tenant, {
      parts: [{ insert: LABELS.insert, rows }],
      bytes: rows.length * 200,
      chosenIds,
      ...(claim ? { claim } : {}),
    });
    for (const { source } of labels) this.counted.inc({ source, persisted });
    return persisted;
  }
}
