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
import type { Durability, RecordPlan } from '#ingest';
import { Metrics } from '#observability';
import { type Label, LABELS, type LabelSource } from './label.table.js';
import { PredictionLinks } from './linking/prediction-links.service.js';
import type { Link } from './vote.table.js';

/** Input of a label. `timestamp` is in ISO 8601. Exactly one of `predictionId` and `inferenceId` is set. */
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
  /** All predictions with the caller's id, latest first. The label belongs to the first one. */
  predictionIds: readonly string[];
  persisted: Durability;
}

const MAX_AHEAD_MS = 5 * 60_000;
const MAX_VALIDITY_AGE_MS = 100 * 365 * DAY_MS;

/** Plans the recording of labels, which may arrive before or after their predictions. */
@Injectable()
export class LabelsService {
  private readonly counted;

  constructor(
    private readonly links: PredictionLinks,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('labels_total', 'Accepted labels.', ['source', 'persisted']);
  }

  /**
   * Converts the input to a label.
   * @throws ValidationError when its time is over 100 years ago or more than 5 minutes in the future
   */
  toLabel(input: LabelInput): Label {
    const now = this.clock.now();
    const validAt = input.timestamp == null ? now : (parseTime(input.timestamp) ?? now);
    const errors: FieldError[] = [];
    if (validAt > now + MAX_AHEAD_MS)
      errors.push({ path: 'timestamp', message: 'must not be more than 5 minutes in the future' });
    if (validAt < now - MAX_VALIDITY_AGE_MS)
      errors.push({ path: 'timestamp', message: 'must not be more than 100 years ago' });
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

  /**
   * Plans to record one label, which is linked now or when its prediction arrives.
   *
   * The status is 201 if label and prediction are in the database, otherwise 202.
   */
  async planOne(tenant: TenantContext, label: Label, chosenId: boolean): Promise<RecordPlan<LabelResult>> {
    const target = await this.links.resolve(tenant, label);
    const linked = { ...label, predictionId: target.predictionId ?? label.predictionId, link: target.link };
    return {
      ...this.recording(tenant, [linked], chosenId),
      recordIds: [label.id],
      answer: (persisted) => ({
        status: persisted === 'spool' || target.link === 'pending' ? 202 : 201,
        body: { id: label.id, link: target.link, predictionIds: target.predictionIds, persisted },
      }),
    };
  }

  /** Plans to record labels in one transaction, each of which is linked now or when its prediction arrives. */
  async planMany(
    tenant: TenantContext,
    labels: readonly Label[],
    chosenIds: boolean,
  ): Promise<Pick<RecordPlan<never>, 'batch' | 'recorded'>> {
    const targets = await this.links.resolveAll(tenant, labels);
    const linked = labels.map((label, i) => {
      const { link, predictionId } = targets[i] as (typeof targets)[number];
      return { ...label, predictionId: predictionId ?? label.predictionId, link };
    });
    return this.recording(tenant, linked, chosenIds);
  }

  private recording(
    tenant: TenantContext,
    labels: readonly Label[],
    chosenIds: boolean,
  ): Pick<RecordPlan<never>, 'batch' | 'recorded'> {
    const rows = labels.map((label) => LABELS.toRow(tenant, label));
    return {
      batch: { parts: [{ insert: LABELS.insert, rows }], bytes: rows.length * 200, chosenIds },
      recorded: (persisted) => {
        for (const { source } of labels) this.counted.inc({ source, persisted });
      },
    };
  }
}
