import { Injectable } from '@nestjs/common';
import { AliasedVotes } from './aliased-votes.service.js';
import { KnownPredictionsRepository } from './known-predictions.repository.js';
import type { LinkPassOptions } from './link-pass.js';
import { PendingLinksRepository, type PendingRow } from './pending-links.repository.js';

/** Finds pending votes and labels, and links those whose predictions have arrived. */
@Injectable()
export class PendingLinkResolver {
  readonly votes: LinkPassOptions<PendingRow>;
  readonly labels: LinkPassOptions<PendingRow>;

  constructor(
    private readonly repository: PendingLinksRepository,
    private readonly known: KnownPredictionsRepository,
    private readonly aliased: AliasedVotes,
  ) {
    this.votes = {
      next: (...args) => repository.nextVotes(...args),
      link: (tenantId, rows) => this.linkVotes(tenantId, rows),
    };
    this.labels = {
      next: (...args) => repository.nextLabels(...args),
      link: (tenantId, rows) => this.linkLabels(tenantId, rows),
    };
  }

  private async linkVotes(tenantId: string, rows: readonly PendingRow[]): Promise<number> {
    const tenant = { tenantId };
    const { byId, labelOf } = await this.known.find(tenant, rows);
    const linked: string[] = [];
    let moved = 0;
    for (const { id, predictionId } of rows) {
      const record = byId.get(predictionId ?? '');
      if (record === undefined) continue;
      if (record === predictionId) linked.push(id);
      else {
        await this.aliased.move(tenant, id, { id: record, label: labelOf.get(record) });
        moved += 1;
      }
    }
    if (linked.length > 0) await this.repository.markVotes(tenant, linked);
    return linked.length + moved;
  }

  private async linkLabels(tenantId: string, rows: readonly PendingRow[]): Promise<number> {
    const tenant = { tenantId };
    const { byId, byInference } = await this.known.find(tenant, rows);
    const links = rows.flatMap(({ id, inferenceId, predictionId }) => {
      const record = predictionId === null ? byInference.get(inferenceId ?? '')?.[0] : byId.get(predictionId);
      return record === undefined ? [] : [{ id, predictionId: record }];
    });
    if (links.length > 0) await this.repository.linkLabels(tenant, links);
    return links.length;
  }
}
