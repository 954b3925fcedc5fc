import { Conditions, placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import { smallestIdAt, type TenantContext } from '#kernel';
import { FieldCipher } from '#secrets';
import type { TrainingSelection, Truth } from './training-set.js';

/** A prediction with a text, without the text. */
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
  truths: TrueLabel[];
}

export interface TrueLabel {
  label: string;
  source: Truth;
  at: number;
  pi: number | null;
  id: string;
  /** Who said so. */
  userId: string | null;
}

const PAGE = 500;
const COLUMNS =
  'id, tenant_id, timestamp, recorded_at, input_hash, label, confidence_score, model, model_version, user_id, session_id';

type Row = Record<string, unknown>;

/** Predictions whose truth is known, and their texts. */
@Injectable()
export class LabelledPredictionsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  /** By id, in pages of at most 500. */
  async *pages(tenant: TenantContext, selection: TrainingSelection): AsyncGenerator<LabelledPrediction[]> {
    const { from, model, modelVersion, sources, to } = selection;
    const where = new Conditions(this.unitOfWork.dialect)
      .add('id > ?', smallestIdAt(from ?? 0))
      .add('id < ?', smallestIdAt(to))
      .within('timestamp', { from: from ?? undefined, to })
      .add('input_text IS NOT NULL')
      .equal({ model, model_version: modelVersion })
      .add(`(${judged(sources)})`);
    const { values } = where;
    const text = `SELECT ${COLUMNS} FROM predictions WHERE ${where} ORDER BY id LIMIT ${PAGE}`;
    for (;;) {
      const rows = await this.unitOfWork.read<Row>(tenant, text, values);
      if (rows.length > 0) yield await this.withTruths(tenant, rows, selection);
      if (rows.length < PAGE) return;
      values[0] = rows.at(-1)?.id;
    }
  }

  /** Texts by id; what is not there any more is left out. */
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

  private async withTruths(
    tenant: TenantContext,
    rows: readonly Row[],
    { sources, to }: TrainingSelection,
  ): Promise<LabelledPrediction[]> {
    const { readTime } = this.unitOfWork.dialect;
    const truths = new Map<string, TrueLabel[]>();
    const ids = rows.map(({ id }) => String(id));
    for (const [predictionId, truth] of await this.truthsOf(tenant, ids, sources))
      truths.set(predictionId, [...(truths.get(predictionId) ?? []), truth]);
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
      // A set of what was known until then stays the same whatever is said later.
      truths: (truths.get(String(row.id)) ?? []).filter(({ at }) => at < to),
    }));
  }

  private async truthsOf(
    tenant: TenantContext,
    ids: readonly string[],
    sources: readonly Truth[],
  ): Promise<[string, TrueLabel][]> {
    const { dialect } = this.unitOfWork;
    const wanted = sources.filter((source) => source !== 'vote');
    const labels =
      wanted.length === 0
        ? []
        : await this.unitOfWork.read<Row>(
            tenant,
            'SELECT id, tenant_id, prediction_id, label, source, pi, user_id, recorded_at AS at FROM prediction_labels ' +
              `WHERE tenant_id = $1 AND prediction_id IN (${placeholders(ids)}) AND source IN (${inline(wanted)})`,
            ids,
          );
    const votes = !sources.includes('vote')
      ? []
      : await this.unitOfWork.read<Row>(
          tenant,
          'SELECT v.id, v.tenant_id, v.prediction_id, COALESCE(v.label, p.label) AS label, v.user_id, v.accepted_at AS at FROM prediction_votes v ' +
            `JOIN predictions p ON p.id = v.prediction_id AND p.tenant_id = v.tenant_id WHERE v.tenant_id = $1 AND ` +
            `v.prediction_id IN (${placeholders(ids)}) AND NOT v.withdrawn AND (v.label IS NOT NULL OR v.correct)`,
          ids,
        );
    const toTruth = (row: Row, source: Truth): [string, TrueLabel] => [
      String(row.prediction_id),
      {
        id: String(row.id),
        label: String(row.label),
        source,
        pi: (row.pi ?? null) as number | null,
        userId: (row.user_id ?? null) as string | null,
        at: dialect.readTime(row.at),
      },
    ];
    return [...labels.map((row) => toTruth(row, row.source as Truth)), ...votes.map((row) => toTruth(row, 'vote'))];
  }
}

/** Sources are our own words. */
function inline(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function judged(sources: readonly Truth[]): string {
  const labels = sources.filter((source) => source !== 'vote');
  const either = [];
  if (labels.length > 0)
    either.push(
      `EXISTS (SELECT 1 FROM prediction_labels l WHERE l.tenant_id = $1 AND l.prediction_id = predictions.id AND l.source IN (${inline(labels)}))`,
    );
  if (sources.includes('vote'))
    either.push(
      'EXISTS (SELECT 1 FROM prediction_votes v WHERE v.tenant_id = $1 AND v.prediction_id = predictions.id AND NOT v.withdrawn ' +
        'AND (v.label IS NOT NULL OR v.correct))',
    );
  return either.join(' OR ');
}
