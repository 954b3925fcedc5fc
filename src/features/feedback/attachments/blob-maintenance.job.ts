import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { Blobs } from './blobs.service.js';
import { ScreenshotsRepository } from './screenshots.repository.js';

const EVERY_MS = 10_000;
const BATCH_ROWS = 100;

/** Deletes files whose rows are gone. The note stays until the file is deleted: a crash in between deletes it once more. */
@Injectable()
export class BlobMaintenance {
  private running = false;

  constructor(
    private readonly repository: ScreenshotsRepository,
    private readonly blobs: Blobs,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Interval(EVERY_MS)
  async run(): Promise<void> {
    if (this.running || !this.supervisor.isUp) return;
    this.running = true;
    try {
      let count: number;
      do {
        const deletions = await this.repository.nextDeletions(BATCH_ROWS);
        count = deletions.length;
        for (const { id, store, tenantId } of deletions) {
          const blobs = this.blobs.store(store);
          // A store that is not configured any more: its bytes are nobody's business here, and the note waits.
          if (!blobs) return;
          await blobs.delete({ tenantId, id });
          await this.repository.forgetDeletion({ tenantId }, id);
        }
      } while (count === BATCH_ROWS);
    } catch (error) {
      this.logger.warn({ err: error }, 'pictures could not be deleted; the next attempt is in ten seconds');
    } finally {
      this.running = false;
    }
  }
}
