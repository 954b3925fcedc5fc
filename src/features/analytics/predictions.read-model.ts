import { Conditions, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import { type TenantContext } from '#kernel';
import type { AnalyticsFilter, RecentPrediction } from './figures.js';

/** Reads figures that need single predictions. It selects no column that contains a text. */
@Injectable()
export class PredictionsReadModel {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Returns at most `limit` predictions, newest first. */
  async recent(tenant: TenantContext, filter: AnalyticsFilter, limit: number): Promise<RecentPrediction[]> {
    const rows = await this.select<{
      id: string;
      timestamp: unknown;
      label: string;
      confidence_score: number | null;
      latency_ms: number | null;
      model: string;
      model_version: string;
    }>(
      tenant,
      filter,
      'id, timestamp, label, confidence_score, latency_ms, model, model_version',
      'ORDER BY timestamp DESC, id DESC LIMIT ?',
      [limit],
    );
    return rows.map((row) => ({
      id: row.id,
      timestamp: this.unitOfWork.dialect.readTime(row.timestamp),
      label: row.label,
      confidence: row.confidence_score,
      latencyMs: row.latency_ms,
      model: row.model,
      modelVersion: row.model_version,
    }));
  }

  /** Returns the `limit` smallest latencies in milliseconds, in ascending order. */
  async latencies(tenant: TenantContext, filter: AnalyticsFilter, limit: number): Promise<number[]> {
    const rows = await this.select<{ latency_ms: number }>(
      tenant,
      filter,
      'latency_ms',
      'AND latency_ms IS NOT NULL ORDER BY latency_ms LIMIT ?',
      [limit],
    );
    return rows.map((row) => row.latency_ms);
  }

  /** Selects predictions. `tail` follows the WHERE clause, and its `?` are replaced with `values`. */
  private async select<Row>(
    tenant: TenantContext,
    filter: AnalyticsFilter,
    columns: string,
    tail: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const where = new Conditions(this.unitOfWork.dialect)
      .within('timestamp', filter, { timeInId: true })
      .equal({ model: filter.model, model_version: filter.modelVersion });
    const text = `SELECT ${columns} FROM predictions WHERE ${where} ${where.fill(tail, ...values)}`;
    return this.unitOfWork.analyze<Row>(tenant, text.trim(), where.values);
  }
}
