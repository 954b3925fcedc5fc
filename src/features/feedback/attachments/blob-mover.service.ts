import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { BlobStoreName } from './blob-store.js';
import { Blobs } from './blobs.service.js';
import { BlobStoreError } from './errors.js';
import { ScreenshotsRepository, type StoredScreenshot } from './screenshots.repository.js';

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

interface Bytes {
  picture: Buffer;
  thumbnail: Buffer;
}

/**
 * Moves screenshots between stores while servers run. Each is written to the target before its row changes, and deleted
 * from the source last.
 */
@Injectable()
export class BlobMover {
  constructor(
    private readonly repository: ScreenshotsRepository,
    private readonly blobs: Blobs,
  ) {}

  /**
   * Moves all screenshots to the store `to`.
   *
   * @returns how many were moved, and how many had no bytes in their store
   * @throws BlobStoreError (503) if a store cannot be reached or is not configured
   */
  async move(to: BlobStoreName, onProgress: (moved: number) => void): Promise<{ moved: number; missing: number }> {
    const target = this.blobs.store(to);
    if (to !== 'database' && !target) throw new BlobStoreError(new Error(`${to} is not configured`));
    const sum = { moved: 0, missing: 0 };
    let after = LOWEST_ID;
    for (;;) {
      const next = await this.repository.nextElsewhere(to, after);
      if (!next) return sum;
      after = next.id;
      const tenant = { tenantId: next.tenantId };
      const key = { ...tenant, id: next.id };
      const bytes = await this.read(tenant, next);
      if (!bytes) {
        sum.missing += 1;
        continue;
      }
      await target?.put(key, 'picture', bytes.picture);
      await target?.put(key, 'thumbnail', bytes.thumbnail);
      const inside = to === 'database' ? bytes : undefined;
      const moved = await this.repository.move(tenant, next.id, { from: next.store, to, bytes: inside });
      // Another process deleted or moved the screenshot meanwhile, so the new copy has no row.
      await (moved ? this.blobs.store(next.store) : target)?.delete(key);
      if (moved) sum.moved += 1;
      onProgress(sum.moved);
    }
  }

  private async read(tenant: TenantContext, { id, store: name }: StoredScreenshot): Promise<Bytes | undefined> {
    const store = this.blobs.store(name);
    if (name !== 'database' && !store) throw new BlobStoreError(new Error(`${name} is not configured`));
    const get = (part: 'picture' | 'thumbnail'): Promise<Buffer | undefined> =>
      store ? store.get({ ...tenant, id }, part) : this.repository.bytesOf(tenant, id, part);
    const [picture, thumbnail] = [await get('picture'), await get('thumbnail')];
    return picture && thumbnail ? { picture, thumbnail } : undefined;
  }
}
