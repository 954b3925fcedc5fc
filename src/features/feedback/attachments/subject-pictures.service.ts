import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { BlobMaintenance } from './blob-maintenance.job.js';
import { Blobs } from './blobs.service.js';
import { PictureCache } from './picture-cache.service.js';
import { ScreenshotsRepository } from './screenshots.repository.js';

const EXTENSIONS: Record<string, string> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** The pictures of submissions, for somebody who asks for what is theirs. */
@Injectable()
export class SubjectPictures {
  constructor(
    private readonly screenshots: ScreenshotsRepository,
    private readonly blobs: Blobs,
    private readonly deletions: BlobMaintenance,
    private readonly shown: PictureCache,
  ) {}

  /** Files of what was erased go now, not in a while. */
  async forget(tenant: TenantContext): Promise<void> {
    await this.deletions.run();
    await this.shown.forget(tenant);
  }

  /** One at a time; a picture that cannot be found any more is left out. */
  async *of(tenant: TenantContext, feedbackIds: readonly string[]): AsyncGenerator<{ name: string; bytes: Buffer }> {
    for (const { feedbackId, n } of await this.screenshots.listOf(tenant, feedbackIds)) {
      const picture = await this.screenshots.find(tenant, feedbackId, n);
      if (!picture) continue;
      const bytes =
        picture.store === 'database'
          ? await this.screenshots.bytesOf(tenant, picture.id, 'picture')
          : await this.blobs.store(picture.store)?.get({ tenantId: tenant.tenantId, id: picture.id }, 'picture');
      const extension = picture.store === 'database' ? (EXTENSIONS[picture.contentType] ?? 'bin') : 'webp';
      if (bytes) yield { name: `${feedbackId}-${n}.${extension}`, bytes };
    }
  }
}
