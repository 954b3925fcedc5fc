import { Injectable } from '@nestjs/common';
import { AliasedVotes } from './aliased-votes.service.js';
import { KnownPredictionsRepository } from './known-predictions.repository.js';
import type { LinkPassOptions } from './link-pass.js';
import { PendingLinksRepository, type PendingRow } from './pending-links.repository.js';

/** How votes and labels that wait are looked for, and linked. */
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
      settle: (tenantId, rows) => this.settleVotes(tenantId, rows),
    };
    this.labels = {
      next: (...args) => repository.nextLabels(...args),
      settle: (tenantId, rows) => this.settleLabels(tenantId, rows),
    };
  }

  private async settleVotes(tenantId: string, rows: readonly PendingRow[]): Promise<number> {
    const tenant = { tenantId };
    const { byId } = await this.known.find(tenant, rows);
    const here: string[] = [];
    let moved = 0;
    for (const { id, predictionId } of rows) {
      const record = byId.get(predictionId ?? '');
      if (record === undefined) continue;
      if (record === predictionId) here.push(id);
      else {
        await this.aliased.move(tenant, id, record);
        moved += 1;
      }
    }
    if (here.length > 0) await this.repository.markVotes(tenant, here);
    return here.length + moved;
  }

  private async settleLabels(tenantId: string, rows: readonly PendingRow[]): Promise<number> {
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
