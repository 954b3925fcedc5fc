import { Injectable } from '@nestjs/common';
import { type Position, smallestIdAt, type TenantContext } from '#kernel';
import { UnitOfWork } from '#persistence';
import { FieldCipher } from '#secrets';
import { type Prediction, type PredictionFilter, PREDICTIONS } from './prediction.table.js';

type Row = Readonly<Record<string, unknown>>;

@Injectable()
export class PredictionsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  async find(tenant: TenantContext, id: string): Promise<Prediction | undefined> {
    const row = await this.unitOfWork.find<Row>(
      tenant,
      `SELECT ${PREDICTIONS.columnList} FROM predictions WHERE tenant_id = $1 AND id = $2`,
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
      `SELECT ${PREDICTIONS.columnList} FROM predictions WHERE ${conditions.join(' AND ')} ORDER BY timestamp DESC, id DESC LIMIT $${values.length + 1}`,
      values,
    );
    return rows.map((row) => this.toPrediction(tenant, row));
  }

  private toPrediction(tenant: TenantContext, row: Row): Prediction {
    return PREDICTIONS.fromRow(tenant, row, this.unitOfWork.dialect, this.cipher);
  }
}
