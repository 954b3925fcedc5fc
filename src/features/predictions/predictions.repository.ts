import { Conditions, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import { type Position, type TenantContext } from '#kernel';
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

  /** Returns at most `limit` predictions after `position`, newest first. */
  async list(
    tenant: TenantContext,
    filter: PredictionFilter,
    limit: number,
    position?: Position,
  ): Promise<Prediction[]> {
    const { dialect } = this.unitOfWork;
    const where = new Conditions(dialect).within('timestamp', filter, { timeInId: true }).equal({
      label: filter.label,
      model: filter.model,
      model_version: filter.modelVersion,
      user_id: filter.userId,
      session_id: filter.sessionId,
      inference_id: filter.inferenceId,
      cache_hit: filter.cacheHit,
    });
    if (filter.minConfidence !== undefined) where.add('confidence_score >= ?', filter.minConfidence);
    if (filter.maxConfidence !== undefined) where.add('confidence_score <= ?', filter.maxConfidence);
    if (position)
      where.add('(timestamp, id) < (?, ?) AND id < ?', dialect.time(position.time), position.id, position.id);
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT ${PREDICTIONS.columnList} FROM predictions WHERE ${where} ORDER BY timestamp DESC, id DESC LIMIT ${where.bind(limit)}`,
      where.values,
    );
    return rows.map((row) => this.toPrediction(tenant, row));
  }

  private toPrediction(tenant: TenantContext, row: Row): Prediction {
    return PREDICTIONS.fromRow(tenant, row, this.unitOfWork.dialect, this.cipher);
  }
}
