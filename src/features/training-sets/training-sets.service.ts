import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type Clock,
  CLOCK,
  type CursorCodec,
  formatTime,
  NotFoundError,
  type Page,
  type TenantContext,
  uuidv7,
  ValidationError,
} from '#kernel';
import { type ChangePlan, ReplayGuards } from '#ingest';
import type { BulkRow } from '#persistence';
import { Secrets } from '#secrets';
import { LabelledPredictionsRepository } from './labelled-predictions.repository.js';
import { Deduplication, type UniqueText, splitOf } from './selection.js';
import { type NewExample, TrainingSetsRepository } from './training-sets.repository.js';
import type { Provenance, Split, TrainingExample, TrainingSelection, TrainingSet } from './training-set.js';

const MAX_EXAMPLES = 100_000;
const MAX_PREDICTIONS = 1_000_000;
const BATCH_ROWS = 200;

/** The set contained texts or labels that have been erased (409). */
export class TrainingSetRevokedError extends AppError {
  constructor(successorId: string | null) {
    super({
      code: 'training_set_revoked',
      status: 409,
      title: 'Revoked',
      detail: `An erasure revoked this training set: destroy all copies of it.${successorId === null ? '' : ` The remaining lines are in ${successorId}.`}`,
    });
  }
}

/**
 * Freezes labelled texts for training.
 *
 * - each text occurs once, with its best label; each subject is in one part; each line names its predictions
 * - a set has the same bytes every time, even if its predictions are labelled, deleted or expire later, because it contains
 *   encrypted copies of the texts
 * - an erasure of a subject revokes the sets that contain the subject, and creates successors
 */
@Injectable()
export class TrainingSetsService {
  private readonly cursors: CursorCodec;

  constructor(
    private readonly labelled: LabelledPredictionsRepository,
    private readonly repository: TrainingSetsRepository,
    private readonly guards: ReplayGuards,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.cursors = secrets.cursorCodec('training sets');
  }

  /**
   * Stores copies of the labelled texts of a selection, and plans to record their set.
   * @throws ValidationError when the selection has no labelled texts or too many
   */
  async planSet(
    tenant: TenantContext,
    { createdBy, name, selection }: { name: string; selection: TrainingSelection; createdBy: string },
  ): Promise<ChangePlan<TrainingSet>> {
    const now = this.clock.now();
    await this.repository.removeUnfinished(tenant, now);
    const found = new Deduplication();
    for await (const page of this.labelled.pages(tenant, selection)) {
      for (const prediction of page) found.add(prediction);
      if (found.predictions > MAX_PREDICTIONS)
        throw new ValidationError([
          {
            path: 'from',
            message: `selects more than ${MAX_PREDICTIONS} labelled predictions: choose a shorter range`,
          },
        ]);
      if (found.kept.size > MAX_EXAMPLES)
        throw new ValidationError([
          { path: 'from', message: `selects more than ${MAX_EXAMPLES} texts: choose a shorter range` },
        ]);
    }
    if (found.kept.size === 0) throw new ValidationError([{ path: 'from', message: 'selects no labelled text' }]);
    const set: TrainingSet = {
      id: uuidv7(now),
      name,
      state: 'ready',
      selection,
      provenance: {
        ...emptyProvenance(selection),
        predictions: found.predictions,
        duplicates: found.duplicates,
        conflicts: found.conflicts,
      },
      examples: 0,
      sha256: null,
      createdAt: now,
      createdBy,
      revokedAt: null,
      predecessorId: null,
      successorId: null,
    };
    const sources = await this.write(tenant, set, [...found.kept.values()]);
    // A subject may have been erased before the lines were stored, so the erasure did not find them.
    const erased = await this.dropErased(tenant, set.id, sources);
    const summarized = await this.summarize(tenant, set);
    return {
      made: summarized,
      recordId: set.id,
      change: this.repository.creation(tenant, summarized),
      changed: async () => {
        // A subject may also have been erased while the lines were summarized.
        if ((await this.dropErased(tenant, set.id, sources)) === erased) return undefined;
        await this.repository.clearChecksum(tenant, set.id);
        return this.get(tenant, set.id);
      },
    };
  }

  /** Returns a set, with its checksum. @throws NotFoundError */
  async get(tenant: TenantContext, id: string): Promise<TrainingSet> {
    const set = await this.repository.find(tenant, id);
    if (!set) throw new NotFoundError('The training set');
    return set.state === 'ready' && set.sha256 === null ? this.withSummary(tenant, set) : set;
  }

  /** Lists sets, newest first. @throws ValidationError when `cursor` is invalid */
  async list(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<TrainingSet>> {
    const rows = await this.repository.list(tenant, limit + 1, this.cursors.positionOf(cursor));
    return this.cursors.page(rows, limit, (row) => row.createdAt);
  }

  /**
   * Reads a set as JSON lines, after an empty first chunk. Every call returns the same bytes.
   * @throws NotFoundError
   * @throws TrainingSetRevokedError (409) when an erasure revokes the set, even while it is being read
   */
  async *lines(tenant: TenantContext, id: string, split?: Split): AsyncGenerator<string> {
    const set = await this.get(tenant, id);
    if (set.state !== 'ready') throw new TrainingSetRevokedError(set.successorId);
    yield '';
    for await (const page of this.repository.examples(tenant, id))
      yield page
        .filter((example) => split === undefined || example.split === split)
        .map(toLine)
        .join('');
    // An erasure may have deleted lines meanwhile, and an incomplete set must not look complete.
    const after = await this.repository.find(tenant, id);
    if (after?.state !== 'ready') throw new TrainingSetRevokedError(after?.successorId ?? null);
  }

  /** Deletes a set and its lines. @throws NotFoundError */
  async remove(tenant: TenantContext, id: string): Promise<void> {
    if (!(await this.repository.find(tenant, id))) throw new NotFoundError('The training set');
    await this.repository.remove(tenant, id);
  }

  private async write(
    tenant: TenantContext,
    { id, selection }: TrainingSet,
    kept: readonly UniqueText[],
  ): Promise<BulkRow[]> {
    const sources: BulkRow[] = [];
    let n = 0;
    for (let i = 0; i < kept.length; i += BATCH_ROWS) {
      const chunk = kept.slice(i, i + BATCH_ROWS);
      const texts = await this.labelled.texts(
        tenant,
        chunk.map(({ prediction }) => prediction.id),
      );
      const examples = chunk.flatMap((each): NewExample[] => {
        const text = texts.get(each.prediction.id);
        // The prediction was erased or expired meanwhile.
        if (text === undefined) return [];
        return [{ n: n++, example: toExample(tenant, selection, each, text), sources: ownersOf(each) }];
      });
      sources.push(...(await this.repository.addExamples(tenant, id, examples)));
    }
    return sources;
  }

  /** Deletes the lines of subjects that have been erased. Returns the number of erased sources. */
  private async dropErased(tenant: TenantContext, id: string, sources: readonly BulkRow[]): Promise<number> {
    const erased = await this.guards.refused(sources);
    if (erased.size > 0)
      await this.repository.removeExamples(tenant, id, [...new Set([...erased].map(({ n }) => Number(n)))]);
    return erased.size;
  }

  private async withSummary(tenant: TenantContext, set: TrainingSet): Promise<TrainingSet> {
    const summarized = await this.summarize(tenant, set);
    await this.repository.saveSummary(tenant, summarized);
    // Another server may have saved the summary first, or an erasure may have revoked the set.
    return (await this.repository.find(tenant, set.id)) ?? summarized;
  }

  /** Returns the set with the counts and the checksum of its lines. */
  private async summarize(tenant: TenantContext, set: TrainingSet): Promise<TrainingSet> {
    const hash = createHash('sha256');
    const counts = { by_split: {}, by_label: {}, by_source: {} } satisfies Partial<Provenance>;
    let examples = 0;
    for await (const page of this.repository.examples(tenant, set.id))
      for (const example of page) {
        hash.update(toLine(example));
        count(counts.by_split, example.split);
        count(counts.by_label, example.label);
        count(counts.by_source, example.label_source);
        examples += 1;
      }
    return { ...set, examples, sha256: hash.digest('hex'), provenance: { ...set.provenance, ...counts } };
  }
}

function toExample(
  tenant: TenantContext,
  selection: TrainingSelection,
  { best, prediction, sources }: UniqueText,
  text: string,
): TrainingExample {
  return {
    text,
    label: best.label,
    split: splitOf(tenant, selection, prediction),
    label_source: best.source,
    labelled_at: formatTime(best.at),
    pi: best.pi,
    predicted_label: prediction.label,
    confidence: prediction.confidence,
    model: prediction.model,
    model_version: prediction.modelVersion,
    prediction_ids: sources.map(({ predictionId }) => predictionId),
    predicted_at: formatTime(prediction.timestamp),
  };
}

/** Returns the users of the predictions, and of the label. */
function ownersOf({ best, prediction, sources }: UniqueText): NewExample['sources'] {
  return [...sources, { predictionId: prediction.id, userId: best.userId, acceptedAt: best.at }];
}

function toLine(example: TrainingExample): string {
  return `${JSON.stringify(example)}\n`;
}

function emptyProvenance({ sources }: TrainingSelection): Provenance {
  const bias = ['Only labelled texts are included, and they are rarely a random sample.'];
  if (sources.includes('audit')) bias.push('Audited texts were drawn with probability `pi`: weight them by 1/pi.');
  if (sources.includes('vote')) bias.push('Raters choose what they vote on, so annoying errors are overrepresented.');
  return { predictions: 0, duplicates: 0, conflicts: 0, by_split: {}, by_label: {}, by_source: {}, bias };
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
