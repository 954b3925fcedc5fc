import { placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { type PredictionLabel, LABELS } from './label.table.js';
import type { VoteSummary } from './vote.table.js';

const MAX_LABELS = 100;

interface VoteRow {
  correct: unknown;
  conflict: unknown;
  rating: number | null;
  count: unknown;
}

/** Reads the votes and labels of one prediction under all of its ids. */
@Injectable()
export class VotesAndLabelsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Counts the votes of a prediction. `ids` are its own id and its aliases. */
  async votes(tenant: TenantContext, ids: readonly string[]): Promise<VoteSummary> {
    const rows = await this.unitOfWork.read<VoteRow>(
      tenant,
      `SELECT correct, conflict, rating, COUNT(*) AS count FROM prediction_votes WHERE tenant_id = $1 AND prediction_id IN (${placeholders(ids)}) ` +
        'AND NOT withdrawn GROUP BY correct, conflict, rating',
      ids,
    );
    const { readBoolean } = this.unitOfWork.dialect;
    const summary: VoteSummary = { correct: 0, wrong: 0, conflicts: 0, ratings: {} };
    for (const { conflict, correct, count, rating } of rows) {
      if (correct != null) summary[readBoolean(correct) ? 'correct' : 'wrong'] += Number(count);
      if (conflict != null && readBoolean(conflict)) summary.conflicts += Number(count);
      if (rating !== null) summary.ratings[rating] = (summary.ratings[rating] ?? 0) + Number(count);
    }
    return summary;
  }

  /** Returns at most 100 labels, oldest first, including pending ones with the caller's id of the prediction. */
  async labels(tenant: TenantContext, ids: readonly string[], inferenceId: string | null): Promise<PredictionLabel[]> {
    const orPending = inferenceId === null ? '' : ` OR (prediction_id IS NULL AND inference_id = $${ids.length + 2})`;
    const rows = await this.unitOfWork.read<Readonly<Record<string, unknown>>>(
      tenant,
      `SELECT ${LABELS.columnList} FROM prediction_labels WHERE tenant_id = $1 AND (prediction_id IN (${placeholders(ids)})${orPending}) ` +
        `ORDER BY recorded_at, id LIMIT ${MAX_LABELS}`,
      inferenceId === null ? ids : [...ids, inferenceId],
    );
    return rows.map((row) => LABELS.fromRow(tenant, row, this.unitOfWork.dialect));
  }
}
