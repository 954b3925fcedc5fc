import { Inject, Injectable } from '@nestjs/common';
import { WhileDatabaseUp } from '#scheduling';
import { type Clock, CLOCK } from '#kernel';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { Blobs } from './blobs.service.js';
import { encodeImage, ScreenshotRefusedError } from './images.js';
import { type ClaimedScreenshot, ScreenshotsRepository } from './screenshots.repository.js';

const EVERY_MS = 3000;
/** Time after which a claimed screenshot is given to another server, because its own must have crashed. */
const ABANDONED_MS = 30_000;
const MAX_ATTEMPTS = 3;
const MAX_PARALLEL = 2;

/**
 * Re-encodes uploaded screenshots in the background.
 *
 * - Each server processes at most two at a time, and any server may process any screenshot.
 * - The queue is in the database, so processing continues after a restart.
 * - A screenshot that crashes its server three times is marked as failed.
 */
@Injectable()
export class ScreenshotProcessor {
  private busy = 0;
  private stopped = false;
  private readonly processed;

  constructor(
    private readonly repository: ScreenshotsRepository,
    private readonly blobs: Blobs,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.processed = metrics.counter(
      'screenshots_total',
      'Processed screenshots by outcome: ready, failed or gave_up.',
      ['outcome'],
    );
    supervisor.onClosing(async () => {
      this.stopped = true;
    });
  }

  /** Starts processing. Called when a screenshot arrives, and regularly for screenshots of servers that crashed. */
  @WhileDatabaseUp({ name: 'pictures.process', every: EVERY_MS })
  notify(): void {
    while (this.busy < MAX_PARALLEL && !this.stopped && this.supervisor.isUp) {
      this.busy += 1;
      void this.work().finally(() => (this.busy -= 1));
    }
  }

  /** Processes screenshots until none waits. */
  private async work(): Promise<void> {
    try {
      while (!this.stopped) {
        const now = this.clock.now();
        // Reading is cheap, but claiming blocks the only writer of SQLite.
        if (!(await this.repository.hasPending(now, now - ABANDONED_MS))) return;
        const next = await this.repository.claimNext(now, now - ABANDONED_MS);
        if (!next) return;
        await this.process(next);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'failed to process screenshots; the next attempt is in a few seconds');
    }
  }

  private async process({ attempts, bytes, id, tenantId }: ClaimedScreenshot): Promise<void> {
    const tenant = { tenantId };
    if (attempts > MAX_ATTEMPTS) {
      await this.repository.fail(tenant, id, 'gave_up');
      this.processed.inc({ outcome: 'gave_up' });
      return;
    }
    let encoded;
    try {
      encoded = await encodeImage(bytes);
    } catch (error) {
      if (!(error instanceof ScreenshotRefusedError)) throw error;
      await this.repository.fail(tenant, id, error.code);
      this.processed.inc({ outcome: 'failed' });
      return;
    }
    const store = this.blobs.store(this.blobs.current);
    try {
      await store?.put({ tenantId, id }, 'picture', encoded.picture);
      await store?.put({ tenantId, id }, 'thumbnail', encoded.thumbnail);
      const kept = await this.repository.complete(tenant, id, encoded, this.blobs.current);
      // The screenshot was deleted while it was being encoded.
      if (!kept) await store?.delete({ tenantId, id });
    } catch (error) {
      // The store failed, not the screenshot, so this does not count as an attempt.
      await this.repository.release(tenant, id).catch(() => undefined);
      throw error;
    }
    this.processed.inc({ outcome: 'ready' });
  }
}
