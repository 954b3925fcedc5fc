import type { Actor, TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { ModelEntity, type RecordedChange, TemporalStore, UnitOfWork } from '#persistence';

/** A model with the time since which it is served like this. */
export interface ServedModel {
  name: string;
  modelVersion: string;
  labels: string[];
  traffic: number;
  shadow: boolean;
  version: number;
  since: number;
}

/** Facts that a starting server knows about its models. */
export type ModelFacts = Pick<ServedModel, 'name' | 'modelVersion' | 'labels' | 'traffic' | 'shadow'>;

/** The history of served models. */
@Injectable()
export class ServedModelsRepository {
  constructor(
    private readonly temporal: TemporalStore,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Returns the models that are served now, or were served at `at`, by name. */
  async list(tenant: TenantContext, at?: number): Promise<ServedModel[]> {
    const found =
      at === undefined
        ? await this.temporal.list(tenant, ModelEntity)
        : await Promise.all(
            [...(await this.recordIds(tenant)).values()].map((id) => this.temporal.asOf(tenant, ModelEntity, id, at)),
          );
    return found.flatMap((model) => (model ? [toServed(model)] : [])).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Returns the changes, oldest first, or undefined when the name is unknown. */
  async history(tenant: TenantContext, name: string): Promise<RecordedChange[] | undefined> {
    const id = (await this.recordIds(tenant)).get(name);
    return id === undefined ? undefined : this.temporal.history(tenant, ModelEntity, id);
  }

  /** Records the served models. A model that has not changed gets no new version. */
  async record(tenant: TenantContext, facts: readonly ModelFacts[], author: Actor): Promise<void> {
    const known = await this.recordIds(tenant);
    for (const { name, ...rest } of facts) {
      const id = known.get(name);
      if (id === undefined) await this.temporal.createMany(tenant, ModelEntity, [{ name, ...rest }], author);
      else
        await this.temporal.change(
          tenant,
          ModelEntity,
          { id, version: undefined },
          () => ({ ...rest, deletedAt: null }),
          author,
        );
    }
    for (const [name, id] of known)
      if (!facts.some((each) => each.name === name))
        await this.temporal.remove(tenant, ModelEntity, { id, version: undefined }, author);
  }

  /** Returns the record id of each name, including models that are no longer served. */
  private async recordIds(tenant: TenantContext): Promise<Map<string, string>> {
    const rows = await this.unitOfWork.read<{ name: string; record_id: string }>(
      tenant,
      'SELECT name, record_id FROM models WHERE tenant_id = $1 AND valid_to IS NULL',
    );
    return new Map(rows.map(({ name, record_id }) => [name, record_id]));
  }
}

function toServed({ labels, modelVersion, name, shadow, traffic, validFrom, version }: ModelEntity): ServedModel {
  return { name, modelVersion, labels, traffic, shadow, version, since: validFrom };
}
