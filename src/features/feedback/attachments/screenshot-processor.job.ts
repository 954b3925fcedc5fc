import { Inject, Injectable } from '@nestjs/common';
import { WhileDatabaseUp } from '#scheduling';
import { type Clock, CLOCK } from '#kernel';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { Blobs } from './blobs.service.js';
import { encodePicture, PictureRefused } from './pictures.js';
import { type ClaimedScreenshot, ScreenshotsRepository } from './screenshots.repository.js';

const EVERY_MS = 3000;
/** A server that has not finished a picture in this time has died with it. */
const ABANDONED_MS = 30_000;
const MAX_ATTEMPTS = 3;
const LANES = 2;

/**
 * Encodes pictures anew in the background, two at a time, whichever server is free; goes on after a restart where it was.
 * One that kills its server three times is given up.
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
    this.processed = metrics.counter('screenshots_total', 'Pictures encoded anew, or given up.', ['outcome']);
    supervisor.onClosing(async () => {
      this.stopped = true;
    });
  }

  /** A picture has come in. */
  @WhileDatabaseUp({ name: 'pictures.process', every: EVERY_MS })
  notify(): void {
    while (this.busy < LANES && !this.stopped && this.supervisor.isUp) {
      this.busy += 1;
      void this.work().finally(() => (this.busy -= 1));
    }
  }

  /** Until nothing waits. */
  private async work(): Promise<void> {
    try {
      while (!this.stopped) {
        const now = this.clock.now();
        // Looking is cheap; claiming takes the writer.
        if (!(await this.repository.hasPending(now, now - ABANDONED_MS))) return;
        const next = await this.repository.claimNext(now, now - ABANDONED_MS);
        if (!next) return;
        await this.process(next);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'pictures could not be prepared; the next attempt is in a few seconds');
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
      encoded = await encodePicture(bytes);
    } catch (error) {
      if (!(error instanceof PictureRefused)) throw error;
      await this.repository.fail(tenant, id, error.code);
      this.processed.inc({ outcome: 'failed' });
      return;
    }
    const store = this.blobs.store(this.blobs.current);
    try {
      await store?.put({ tenantId, id }, 'picture', encoded.picture);
      await store?.put({ tenantId, id }, 'thumbnail', encoded.thumbnail);
      const kept = await this.repository.complete(tenant, id, encoded, this.blobs.current);
      // Deleted while it was being encoded.
      if (!kept) await store?.delete({ tenantId, id });
    } catch (error) {
      // Not the picture's fault: it does not count as an attempt.
      await this.repository.release(tenant, id).catch(() => undefined);
      throw error;
    }
    this.processed.inc({ outcome: 'ready' });
  }
}
