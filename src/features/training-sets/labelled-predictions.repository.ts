import { Conditions, placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import { smallestIdAt, type TenantContext } from '#kernel';
import { FieldCipher } from '#secrets';
import type { TrainingSelection, TrainingLabelSource } from './training-set.js';

/** A labelled prediction whose text is stored, without its text. Times are in milliseconds since 1970. */
export interface LabelledPrediction {
  id: string;
  timestamp: number;
  recordedAt: number;
  inputHash: string;
  label: string;
  confidence: number | null;
  model: string;
  modelVersion: string;
  userId: string | null;
  sessionId: string | null;
  candidates: LabelCandidate[];
}

/** A label that a prediction may be trained with. */
export interface LabelCandidate {
  label: string;
  source: TrainingLabelSource;
  /** When the label was recorded, in milliseconds since 1970. */
  at: number;
  /** Since when the label is true, in milliseconds since 1970: its own `timestamp`, or when the vote was accepted. */
  trueSince: number;
  /** Probability with which an audit sample was drawn. */
  pi: number | null;
  id: string;
  /** The person whose text was labelled, or the rater. */
  userId: string | null;
}

const PAGE = 500;
const COLUMNS =
  'id, tenant_id, timestamp, recorded_at, input_hash, label, confidence_score, model, model_version, user_id, session_id';

type Row = Record<string, unknown>;

/** Reads labelled predictions and their texts. */
@Injectable()
export class LabelledPredictionsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  /** Reads the labelled predictions of a selection by id, in pages of at most 500. */
  async *pages(tenant: TenantContext, selection: TrainingSelection): AsyncGenerator<LabelledPrediction[]> {
    const { from, model, modelVersion, sources, to } = selection;
    const where = new Conditions(this.unitOfWork.dialect)
      .add('id > ?', smallestIdAt(from ?? 0))
      .add('id < ?', smallestIdAt(to))
      .within('timestamp', { from: from ?? undefined, to })
      .add('input_text IS NOT NULL')
      .equal({ model, model_version: modelVersion })
      .add(`(${isLabelled(sources)})`);
    const { values } = where;
    const text = `SELECT ${COLUMNS} FROM predictions WHERE ${where} ORDER BY id LIMIT ${PAGE}`;
    for (;;) {
      const rows = await this.unitOfWork.read<Row>(tenant, text, values);
      if (rows.length > 0) yield await this.withCandidates(tenant, rows, selection);
      if (rows.length < PAGE) return;
      values[0] = rows.at(-1)?.id;
    }
  }

  /** Returns texts by id. Texts that have been deleted since are missing. */
  async texts(tenant: TenantContext, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.unitOfWork.read<{ id: string; input_text: string }>(
      tenant,
      `SELECT id, tenant_id, input_text FROM predictions WHERE tenant_id = $1 AND id IN (${placeholders(ids)}) AND input_text IS NOT NULL`,
      ids,
    );
    return new Map(
      rows.map(({ id, input_text }) => [
        id,
        this.cipher.open(tenant, { table: 'predictions', column: 'input_text', id }, input_text),
      ]),
    );
  }

  private async withCandidates(
    tenant: TenantContext,
    rows: readonly Row[],
    { sources, to }: TrainingSelection,
  ): Promise<LabelledPrediction[]> {
    const { readTime } = this.unitOfWork.dialect;
    const candidates = new Map<string, LabelCandidate[]>();
    const ids = rows.map(({ id }) => String(id));
    for (const [predictionId, candidate] of await this.candidatesOf(tenant, ids, sources))
      candidates.set(predictionId, [...(candidates.get(predictionId) ?? []), candidate]);
    return rows.map((row) => ({
      id: String(row.id),
      timestamp: readTime(row.timestamp),
      recordedAt: readTime(row.recorded_at),
      inputHash: String(row.input_hash),
      label: String(row.label),
      confidence: row.confidence_score as number | null,
      model: String(row.model),
      modelVersion: String(row.model_version),
      userId: row.user_id as string | null,
      sessionId: row.session_id as string | null,
      // The same selection must give the same set, whatever is labelled later.
      candidates: (candidates.get(String(row.id)) ?? []).filter(({ at }) => at < to),
    }));
  }

  private async candidatesOf(
    tenant: TenantContext,
    ids: readonly string[],
    sources: readonly TrainingLabelSource[],
  ): Promise<[string, LabelCandidate][]> {
    const { dialect } = this.unitOfWork;
    const labelSources = sources.filter((source) => source !== 'vote');
    const labels =
      labelSources.length === 0
        ? []
        : await this.unitOfWork.read<Row>(
            tenant,
            'SELECT id, tenant_id, prediction_id, label, source, pi, user_id, recorded_at AS at, valid_at AS true_since FROM prediction_labels ' +
              `WHERE tenant_id = $1 AND prediction_id IN (${placeholders(ids)}) AND source IN (${quotedList(labelSources)})`,
            ids,
          );
    const votes = !sources.includes('vote')
      ? []
      : await this.unitOfWork.read<Row>(
          tenant,
          'SELECT v.id, v.tenant_id, v.prediction_id, COALESCE(v.label, p.label) AS label, v.user_id, v.accepted_at AS at, v.accepted_at AS true_since FROM prediction_votes v ' +
            `JOIN predictions p ON p.id = v.prediction_id AND p.tenant_id = v.tenant_id WHERE v.tenant_id = $1 AND ` +
            `v.prediction_id IN (${placeholders(ids)}) AND NOT v.withdrawn AND (v.label IS NOT NULL OR v.correct)`,
          ids,
        );
    const toCandidate = (row: Row, source: TrainingLabelSource): [string, LabelCandidate] => [
      String(row.prediction_id),
      {
        id: String(row.id),
        label: String(row.label),
        source,
        pi: (row.pi ?? null) as number | null,
        userId: (row.user_id ?? null) as string | null,
        at: dialect.readTime(row.at),
        trueSince: dialect.readTime(row.true_since),
      },
    ];
    return [
      ...labels.map((row) => toCandidate(row, row.source as TrainingLabelSource)),
      ...votes.map((row) => toCandidate(row, 'vote')),
    ];
  }
}

/** Returns an SQL list of constants. Sources are constants of the product, never caller input. */
function quotedList(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function isLabelled(sources: readonly TrainingLabelSource[]): string {
  const labels = sources.filter((source) => source !== 'vote');
  const conditions = [];
  if (labels.length > 0)
    conditions.push(
      `EXISTS (SELECT 1 FROM prediction_labels l WHERE l.tenant_id = $1 AND l.prediction_id = predictions.id AND l.source IN (${quotedList(labels)}))`,
    );
  if (sources.includes('vote'))
    conditions.push(
      'EXISTS (SELECT 1 FROM prediction_votes v WHERE v.tenant_id = $1 AND v.prediction_id = predictions.id AND NOT v.withdrawn ' +
        'AND (v.label IS NOT NULL OR v.correct))',
    );
  return conditions.join(' OR ');
}
