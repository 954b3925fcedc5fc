import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { JudgedLabel, LabelSource } from './label.js';
import type { Link, VoteSummary } from './vote.js';

interface LabelRow {
  id: string;
  prediction_id: string | null;
  inference_id: string | null;
  label: string;
  source: string;
  pi: number | null;
  valid_at: unknown;
  recorded_at: unknown;
  labeller: string | null;
  user_id: string | null;
  link: string;
}

const MAX_LABELS = 100;

/** What was said about one prediction, by whatever id it was said. */
@Injectable()
export class VerdictsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** `ids` are the prediction's own and its aliases. */
  async votes(tenant: TenantContext, ids: readonly string[]): Promise<VoteSummary> {
    const rows = await this.unitOfWork.read<{ correct: unknown; rating: number | null; count: unknown }>(
      tenant,
      `SELECT correct, rating, COUNT(*) AS count FROM prediction_votes WHERE tenant_id = $1 AND prediction_id IN (${marks(ids)}) ` +
        'AND NOT withdrawn GROUP BY correct, rating',
      ids,
    );
    const summary: VoteSummary = { correct: 0, wrong: 0, ratings: {} };
    for (const { correct, count, rating } of rows) {
      if (correct != null) summary[this.unitOfWork.dialect.readBoolean(correct) ? 'correct' : 'wrong'] += Number(count);
      if (rating !== null) summary.ratings[rating] = (summary.ratings[rating] ?? 0) + Number(count);
    }
    return summary;
  }

  /** Oldest first, at most 100; also those that came by the caller's id and wait to be linked. */
  async labels(tenant: TenantContext, ids: readonly string[], inferenceId: string | null): Promise<JudgedLabel[]> {
    const { dialect } = this.unitOfWork;
    const waiting = inferenceId === null ? '' : ` OR (prediction_id IS NULL AND inference_id = $${ids.length + 2})`;
    const rows = await this.unitOfWork.read<LabelRow>(
      tenant,
      'SELECT id, tenant_id, prediction_id, inference_id, label, source, pi, valid_at, recorded_at, labeller, user_id, link ' +
        `FROM prediction_labels WHERE tenant_id = $1 AND (prediction_id IN (${marks(ids)})${waiting}) ` +
        `ORDER BY recorded_at, id LIMIT ${MAX_LABELS}`,
      inferenceId === null ? ids : [...ids, inferenceId],
    );
    return rows.map((row) => ({
      id: row.id,
      predictionId: row.prediction_id,
      inferenceId: row.inference_id,
      label: row.label,
      source: row.source as LabelSource,
      pi: row.pi,
      validAt: dialect.readTime(row.valid_at),
      recordedAt: dialect.readTime(row.recorded_at),
      labeller: row.labeller,
      userId: row.user_id,
      link: row.link as Link,
    }));
  }
}

function marks(ids: readonly string[]): string {
  return ids.map((_, i) => `$${i + 2}`).join(', ');
}
