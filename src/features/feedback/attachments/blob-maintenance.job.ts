import { Injectable } from '@nestjs/common';
import { WhileDatabaseUp } from '#scheduling';
import { Blobs } from './blobs.service.js';
import { ScreenshotsRepository } from './screenshots.repository.js';

const EVERY_MS = 10_000;
const BATCH_ROWS = 100;

/**
 * Deletes the files of deleted rows. The queue entry is removed last, so that a crash in between only repeats the
 * deletion.
 */
@Injectable()
export class BlobMaintenance {
  constructor(
    private readonly repository: ScreenshotsRepository,
    private readonly blobs: Blobs,
  ) {}

  /**
   * Empties the queue. Overlapping runs may delete the same file twice, which is harmless.
   *
   * @throws BlobStoreError (503)
   */
  @WhileDatabaseUp({ name: 'pictures.delete', every: EVERY_MS })
  async run(): Promise<void> {
    let count: number;
    do {
      const deletions = await this.repository.nextDeletions(BATCH_ROWS);
      count = deletions.length;
      for (const { id, store, tenantId } of deletions) {
        const blobs = this.blobs.store(store);
        // The store is not configured on this server, so the entry stays in the queue.
        if (!blobs) return;
        await blobs.delete({ tenantId, id });
        await this.repository.removeDeletion({ tenantId }, id);
      }
    } while (count === BATCH_ROWS);
  }
}
