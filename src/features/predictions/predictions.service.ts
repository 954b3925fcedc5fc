import { Injectable } from '@nestjs/common';
import { type CursorCodec, NotFoundError, type Page, type TenantContext } from '#kernel';
import { RecordAliasesRepository } from '#ingest';
import { type VotesAndLabels, VotesAndLabelsService } from '#labels';
import { Secrets } from '#secrets';
import type { Prediction, PredictionFilter } from './prediction.table.js';
import { PredictionsRepository } from './predictions.repository.js';

/** Reads stored predictions. */
@Injectable()
export class PredictionsService {
  private readonly cursors: CursorCodec;

  constructor(
    private readonly repository: PredictionsRepository,
    private readonly aliases: RecordAliasesRepository,
    private readonly votesAndLabels: VotesAndLabelsService,
    secrets: Secrets,
  ) {
    this.cursors = secrets.cursorCodec('predictions');
  }

  /** Returns a prediction by its id or alias. @throws NotFoundError, also for a prediction of another tenant */
  async get(tenant: TenantContext, id: string): Promise<Prediction> {
    const prediction = (await this.repository.find(tenant, id)) ?? (await this.findByAlias(tenant, id));
    if (!prediction) throw new NotFoundError('The prediction');
    return prediction;
  }

  /** Returns a prediction with its votes and labels. @throws NotFoundError */
  async getWithVotesAndLabels(
    tenant: TenantContext,
    id: string,
  ): Promise<{ prediction: Prediction; votesAndLabels: VotesAndLabels }> {
    const prediction = await this.get(tenant, id);
    const { inferenceId } = prediction;
    return {
      prediction,
      votesAndLabels: await this.votesAndLabels.of(tenant, { id: prediction.id, requestedId: id, inferenceId }),
    };
  }

  private async findByAlias(tenant: TenantContext, alias: string): Promise<Prediction | undefined> {
    const id = await this.aliases.find(tenant, alias);
    return id === undefined ? undefined : this.repository.find(tenant, id);
  }

  /**
   * Lists predictions, newest first. New predictions do not move the items between pages.
   * @throws ValidationError when `cursor` is invalid
   */
  async list(
    tenant: TenantContext,
    filter: PredictionFilter,
    limit: number,
    cursor?: string,
  ): Promise<Page<Prediction>> {
    const position = this.cursors.positionOf(cursor);
    const rows = await this.repository.list(tenant, filter, limit + 1, position);
    return this.cursors.page(rows, limit, (row) => row.timestamp);
  }
}
