import { Injectable } from '@nestjs/common';
import { WhileDatabaseUp } from '#scheduling';
import { Blobs } from './blobs.service.js';
import { ScreenshotsRepository } from './screenshots.repository.js';

const EVERY_MS = 10_000;
const BATCH_ROWS = 100;

/** Deletes files whose rows are gone. The note stays until the file is deleted: a crash in between deletes it once more. */
@Injectable()
export class BlobMaintenance {
  constructor(
    private readonly repository: ScreenshotsRepository,
    private readonly blobs: Blobs,
  ) {}

  /** Returns when nothing waits. Runs that overlap delete the same files twice, which does no harm. */
  @WhileDatabaseUp({ name: 'pictures.delete', every: EVERY_MS })
  async run(): Promise<void> {
    let count: number;
    do {
      const deletions = await this.repository.nextDeletions(BATCH_ROWS);
      count = deletions.length;
      for (const { id, store, tenantId } of deletions) {
        const blobs = this.blobs.store(store);
        // A store that is no longer configured: this server cannot delete there, and the note waits.
        if (!blobs) return;
        await blobs.delete({ tenantId, id });
        await this.repository.forgetDeletion({ tenantId }, id);
      }
    } while (count === BATCH_ROWS);
  }
}
