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
import { Deduplication, type KeptText, splitOf } from './selection.js';
import { type NewExample, TrainingSetsRepository } from './training-sets.repository.js';
import type { Provenance, Split, TrainingExample, TrainingSelection, TrainingSet } from './training-set.js';

const MAX_EXAMPLES = 100_000;
const MAX_PREDICTIONS = 1_000_000;
const AT_ONCE = 200;

/** 409: it held what somebody has had erased. */
export class TrainingSetRevokedError extends AppError {
  constructor(successorId: string | null) {
    super({
      code: 'training_set_revoked',
      status: 409,
      title: 'Revoked',
      detail: `An erasure has revoked this training set: destroy copies of it. ${successorId === null ? '' : `What is left of it is ${successorId}.`}`,
    });
  }
}

/**
 * Freezes labelled texts for training.
 *
 * - a text once, under the best label that is known of it; a subject in one part only; each line says where it comes from
 * - the same bytes whenever it is read, whatever is labelled, deleted or expires later: its texts are copies, encrypted like the others
 * - an erasure of a subject in it revokes it, and puts another in its place
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

  /** Freezes the labelled texts of a range and plans the set of them. @throws ValidationError when nothing, or too much, is labelled in it */
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
            message: `leaves more than ${MAX_PREDICTIONS} labelled predictions: choose a shorter range`,
          },
        ]);
      if (found.kept.size > MAX_EXAMPLES)
        throw new ValidationError([
          { path: 'from', message: `leaves more than ${MAX_EXAMPLES} texts: choose a shorter range` },
        ]);
    }
    if (found.kept.size === 0)
      throw new ValidationError([{ path: 'from', message: 'leaves no text whose label is known' }]);
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
    // Whoever was erased meanwhile may have been erased before the lines were there.
    const erased = await this.dropErased(tenant, set.id, sources);
    const whole = await this.described(tenant, set);
    return {
      made: whole,
      recordId: set.id,
      change: this.repository.creation(tenant, whole),
      changed: async () => {
        // A subject may also have been erased while the lines were counted.
        if ((await this.dropErased(tenant, set.id, sources)) === erased) return undefined;
        await this.repository.unseal(tenant, set.id);
        return this.get(tenant, set.id);
      },
    };
  }

  /** @throws NotFoundError */
  async get(tenant: TenantContext, id: string): Promise<TrainingSet> {
    const set = await this.repository.find(tenant, id);
    if (!set) throw new NotFoundError('The training set');
    return set.state === 'ready' && set.sha256 === null ? this.sealed(tenant, set) : set;
  }

  /** Newest first. @throws ValidationError naming `cursor` */
  async list(tenant: TenantContext, limit: number, cursor?: string): Promise<Page<TrainingSet>> {
    const rows = await this.repository.list(tenant, limit + 1, this.cursors.positionOf(cursor));
    return this.cursors.page(rows, limit, (row) => row.createdAt);
  }

  /** JSON lines, the same bytes every time. @throws NotFoundError, TrainingSetRevokedError (409) */
  async *lines(tenant: TenantContext, id: string, split?: Split): AsyncGenerator<string> {
    const set = await this.get(tenant, id);
    if (set.state !== 'ready') throw new TrainingSetRevokedError(set.successorId);
    yield '';
    for await (const page of this.repository.examples(tenant, id))
      yield page
        .filter((example) => split === undefined || example.split === split)
        .map(toLine)
        .join('');
    // An erasure may have taken the lines away meanwhile: half a set must not look like a whole one.
    const after = await this.repository.find(tenant, id);
    if (after?.state !== 'ready') throw new TrainingSetRevokedError(after?.successorId ?? null);
  }

  /** @throws NotFoundError */
  async remove(tenant: TenantContext, id: string): Promise<void> {
    if (!(await this.repository.find(tenant, id))) throw new NotFoundError('The training set');
    await this.repository.remove(tenant, id);
  }

  private async write(
    tenant: TenantContext,
    { id, selection }: TrainingSet,
    kept: readonly KeptText[],
  ): Promise<BulkRow[]> {
    const sources: BulkRow[] = [];
    let n = 0;
    for (let i = 0; i < kept.length; i += AT_ONCE) {
      const some = kept.slice(i, i + AT_ONCE);
      const texts = await this.labelled.texts(
        tenant,
        some.map(({ prediction }) => prediction.id),
      );
      const examples = some.flatMap((each): NewExample[] => {
        const text = texts.get(each.prediction.id);
        // Erased, or expired, since it was counted.
        if (text === undefined) return [];
        return [{ n: n++, example: toExample(tenant, selection, each, text), sources: ownersOf(each) }];
      });
      sources.push(...(await this.repository.addExamples(tenant, id, examples)));
    }
    return sources;
  }

  /** Answers how many sources have been erased. */
  private async dropErased(tenant: TenantContext, id: string, sources: readonly BulkRow[]): Promise<number> {
    const erased = await this.guards.refused(sources);
    if (erased.size > 0)
      await this.repository.removeExamples(tenant, id, [...new Set([...erased].map(({ n }) => Number(n)))]);
    return erased.size;
  }

  private async sealed(tenant: TenantContext, set: TrainingSet): Promise<TrainingSet> {
    const sealed = await this.described(tenant, set);
    await this.repository.seal(tenant, sealed);
    // Somebody else may have sealed it, or an erasure revoked it.
    return (await this.repository.find(tenant, set.id)) ?? sealed;
  }

  /** Reads all lines, and says what they are. */
  private async described(tenant: TenantContext, set: TrainingSet): Promise<TrainingSet> {
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
  { prediction, sources, truth }: KeptText,
  text: string,
): TrainingExample {
  return {
    text,
    label: truth.label,
    split: splitOf(tenant, selection, prediction),
    label_source: truth.source,
    labelled_at: formatTime(truth.at),
    pi: truth.pi,
    predicted_label: prediction.label,
    confidence: prediction.confidence,
    model: prediction.model,
    model_version: prediction.modelVersion,
    prediction_ids: sources.map(({ predictionId }) => predictionId),
    predicted_at: formatTime(prediction.timestamp),
  };
}

/** Whose predictions it was made of, and who said what is true of it. */
function ownersOf({ prediction, sources, truth }: KeptText): NewExample['sources'] {
  return [...sources, { predictionId: prediction.id, userId: truth.userId, acceptedAt: truth.at }];
}

function toLine(example: TrainingExample): string {
  return `${JSON.stringify(example)}\n`;
}

function emptyProvenance({ sources }: TrainingSelection): Provenance {
  const bias = ['Only texts whose label is known: which ones get a label is rarely a matter of chance.'];
  if (sources.includes('audit')) bias.push('Audited texts were drawn with the probability `pi`: weigh them by 1/pi.');
  if (sources.includes('vote'))
    bias.push('Votes are given by whoever wants to: errors that annoy are in it more often.');
  return { predictions: 0, duplicates: 0, conflicts: 0, by_split: {}, by_label: {}, by_source: {}, bias };
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
