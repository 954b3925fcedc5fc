import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { BlobMaintenance } from './blob-maintenance.job.js';
import { Blobs } from './blobs.service.js';
import { ScreenshotCache } from './screenshot-cache.service.js';
import { ScreenshotsRepository } from './screenshots.repository.js';

const EXTENSIONS: Record<string, string> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** Exports and erases the screenshots of a subject. */
@Injectable()
export class SubjectScreenshots {
  constructor(
    private readonly screenshots: ScreenshotsRepository,
    private readonly blobs: Blobs,
    private readonly deletions: BlobMaintenance,
    private readonly cache: ScreenshotCache,
  ) {}

  /**
   * Deletes the files of erased rows immediately, rather than in the next run of the job.
   *
   * @throws BlobStoreError (503)
   */
  async clear(tenant: TenantContext): Promise<void> {
    await this.deletions.run();
    await this.cache.clear(tenant);
  }

  /**
   * Reads the screenshots one at a time, and leaves out those that no longer exist.
   *
   * @throws BlobStoreError (503)
   */
  async *of(tenant: TenantContext, feedbackIds: readonly string[]): AsyncGenerator<{ name: string; bytes: Buffer }> {
    for (const { feedbackId, n } of await this.screenshots.listOf(tenant, feedbackIds)) {
      const screenshot = await this.screenshots.find(tenant, feedbackId, n);
      if (!screenshot) continue;
      const bytes =
        screenshot.store === 'database'
          ? await this.screenshots.bytesOf(tenant, screenshot.id, 'picture')
          : await this.blobs.store(screenshot.store)?.get({ tenantId: tenant.tenantId, id: screenshot.id }, 'picture');
      const extension = screenshot.store === 'database' ? (EXTENSIONS[screenshot.contentType] ?? 'bin') : 'webp';
      if (bytes) yield { name: `${feedbackId}-${n}.${extension}`, bytes };
    }
  }
}
