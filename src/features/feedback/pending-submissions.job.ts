import { Injectable } from '@nestjs/common';
import { KnownPredictionsRepository, PendingLinks } from '#labels';
import { type PendingSubmission, PendingSubmissionsRepository } from './pending-submissions.repository.js';

/** Links submissions that were recorded before their prediction, in the same rounds as votes and labels. */
@Injectable()
export class PendingSubmissions {
  constructor(
    private readonly repository: PendingSubmissionsRepository,
    private readonly known: KnownPredictionsRepository,
    links: PendingLinks,
  ) {
    links.register({
      next: (...args) => repository.nextSubmissions(...args),
      link: (tenantId, rows: readonly PendingSubmission[]) => this.settle(tenantId, rows),
    });
  }

  private async settle(tenantId: string, rows: readonly PendingSubmission[]): Promise<number> {
    const tenant = { tenantId };
    const references = rows.map(({ predictionId }) => ({ predictionId, inferenceId: null }));
    const { byId } = await this.known.find(tenant, references);
    const links = rows.flatMap(({ id, predictionId }) => {
      const record = byId.get(predictionId);
      return record === undefined ? [] : [{ id, predictionId: record }];
    });
    if (links.length > 0) await this.repository.linkSubmissions(tenant, links);
    return links.length;
  }
}
