import { Injectable } from '@nestjs/common';
import { type Position, smallestIdAt, type TenantContext } from '#kernel';
import { UnitOfWork } from '#persistence';
import { FieldCipher } from '#secrets';
import type { Prediction, PredictionFilter } from './prediction.js';
import { placeOf, type SealedColumn } from './prediction-insert.js';

interface Row {
  id: string;
  timestamp: unknown;
  recorded_at: unknown;
  input_text: string | null;
  model: string;
  model_version: string;
  label: string;
  confidence_score: number | null;
  scores: unknown;
  latency_ms: number | null;
  cache_hit: unknown;
  inference_id: string | null;
  user_id: string | null;
  session_id: string | null;
  metadata: unknown;
  source: string;
}

const COLUMNS =
  'id, tenant_id, timestamp, recorded_at, input_text, model, model_version, label, confidence_score, scores, latency_ms, cache_hit, ' +
  'inference_id, user_id, session_id, metadata, source';

@Injectable()
export class PredictionsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  async find(tenant: TenantContext, id: string): Promise<Prediction | undefined> {
    const row = await this.unitOfWork.find<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM predictions WHERE tenant_id = $1 AND id = $2`,
      [id],
    );
    return row && this.toPrediction(tenant, row);
  }

  /** Newest first, at most `limit`, after `position` when given. */
  async list(
    tenant: TenantContext,
    filter: PredictionFilter,
    limit: number,
    position?: Position,
  ): Promise<Prediction[]> {
    const { dialect } = this.unitOfWork;
    const values: unknown[] = [];
    const conditions = ['tenant_id = $1'];
    const add = (condition: string, ...bound: unknown[]): void => {
      let text = condition;
      for (const value of bound) {
        values.push(value);
        text = text.replace('?', `$${values.length + 1}`);
      }
      conditions.push(text);
    };
    // The id carries the time: its bounds let PostgreSQL skip the partitions of other months.
    if (filter.from !== undefined)
      add('timestamp >= ? AND id >= ?', dialect.time(filter.from), smallestIdAt(filter.from));
    if (filter.to !== undefined) add('timestamp < ? AND id < ?', dialect.time(filter.to), smallestIdAt(filter.to));
    if (filter.label !== undefined) add('label = ?', filter.label);
    if (filter.model !== undefined) add('model = ?', filter.model);
    if (filter.modelVersion !== undefined) add('model_version = ?', filter.modelVersion);
    if (filter.minConfidence !== undefined) add('confidence_score >= ?', filter.minConfidence);
    if (filter.maxConfidence !== undefined) add('confidence_score <= ?', filter.maxConfidence);
    if (filter.userId !== undefined) add('user_id = ?', filter.userId);
    if (filter.sessionId !== undefined) add('session_id = ?', filter.sessionId);
    if (filter.cacheHit !== undefined) add('cache_hit = ?', filter.cacheHit);
    if (position) add('(timestamp, id) < (?, ?) AND id < ?', dialect.time(position.time), position.id, position.id);
    values.push(limit);
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM predictions WHERE ${conditions.join(' AND ')} ORDER BY timestamp DESC, id DESC LIMIT $${values.length + 1}`,
      values,
    );
    return rows.map((row) => this.toPrediction(tenant, row));
  }

  private toPrediction(tenant: TenantContext, row: Row): Prediction {
    const { dialect } = this.unitOfWork;
    return {
      id: row.id,
      timestamp: dialect.readTime(row.timestamp),
      recordedAt: dialect.readTime(row.recorded_at),
      inputText: this.open(tenant, row.id, 'input_text', row.input_text),
      model: row.model,
      modelVersion: row.model_version,
      label: row.label,
      confidence: row.confidence_score,
      scores: dialect.readJson<Record<string, number>>(row.scores),
      latencyMs: row.latency_ms,
      cacheHit: dialect.readBoolean(row.cache_hit),
      inferenceId: row.inference_id,
      userId: row.user_id,
      sessionId: row.session_id,
      metadata: this.openMetadata(tenant, row),
      source: row.source as Prediction['source'],
    };
  }

  private openMetadata(tenant: TenantContext, row: Row): Record<string, unknown> | null {
    const text = this.open(tenant, row.id, 'metadata', this.unitOfWork.dialect.readJson<string>(row.metadata));
    return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
  }

  private open(tenant: TenantContext, id: string, column: SealedColumn, envelope: string | null): string | null {
    return envelope === null ? null : this.cipher.open(tenant, placeOf(id, column), envelope);
  }
}
