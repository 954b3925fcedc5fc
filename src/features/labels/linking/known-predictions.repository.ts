import { placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';

/** A reference to a prediction by its id or by the caller's own id. */
export interface PredictionReference {
  predictionId: string | null;
  inferenceId: string | null;
}

/** The predictions in the database that references lead to. */
export interface KnownPredictions {
  /** Maps a requested id to the id of the record, which differs for an alias. */
  byId: ReadonlyMap<string, string>;
  /** Maps the ids of all found records to their predicted labels. */
  labelOf: ReadonlyMap<string, string>;
  /** Maps a caller's id to at most 100 ids of records, latest first. */
  byInference: ReadonlyMap<string, readonly string[]>;
}

const MAX_PER_INFERENCE_ID = 100;
const NONE: KnownPredictions = { byId: new Map(), labelOf: new Map(), byInference: new Map() };

/** Finds predictions by reference, because votes and labels may arrive before or after them. */
@Injectable()
export class KnownPredictionsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Returns the predictions that are in the database. */
  async find(tenant: TenantContext, references: readonly PredictionReference[]): Promise<KnownPredictions> {
    const ids = unique(references.map(({ predictionId }) => predictionId));
    const inferences = unique(
      references.map(({ inferenceId, predictionId }) => (predictionId === null ? inferenceId : null)),
    );
    if (ids.length + inferences.length === 0) return NONE;
    const byId = new Map<string, string>();
    const labelOf = new Map<string, string>();
    for (const { id, label, record_id } of await this.recordsById(tenant, ids)) {
      byId.set(id, record_id);
      labelOf.set(record_id, label);
    }
    const byInference = new Map<string, string[]>();
    for (const { id, inference_id, label } of await this.recordsByInferenceId(tenant, inferences)) {
      const list = byInference.get(inference_id) ?? [];
      byInference.set(inference_id, list);
      if (list.length < MAX_PER_INFERENCE_ID) list.push(id);
      labelOf.set(id, label);
    }
    return { byId, labelOf, byInference };
  }

  /** Finds records by their ids and aliases. */
  private async recordsById(
    tenant: TenantContext,
    ids: string[],
  ): Promise<{ id: string; record_id: string; label: string }[]> {
    if (ids.length === 0) return [];
    const marks = placeholders(ids);
    return this.unitOfWork.findAll(
      tenant,
      `SELECT id, id AS record_id, label FROM predictions WHERE tenant_id = $1 AND id IN (${marks}) ` +
        `UNION ALL SELECT a.id, a.record_id, p.label FROM record_aliases a JOIN predictions p ON p.id = a.record_id AND p.tenant_id = a.tenant_id ` +
        `WHERE a.tenant_id = $1 AND a.id IN (${marks})`,
      ids,
    );
  }

  private async recordsByInferenceId(
    tenant: TenantContext,
    inferences: string[],
  ): Promise<{ id: string; inference_id: string; label: string }[]> {
    if (inferences.length === 0) return [];
    const marks = placeholders(inferences);
    return this.unitOfWork.findAll(
      tenant,
      `SELECT id, inference_id, label FROM predictions WHERE tenant_id = $1 AND inference_id IN (${marks}) ORDER BY recorded_at DESC, id DESC`,
      inferences,
    );
  }
}

function unique(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
