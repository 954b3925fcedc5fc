import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Metrics } from '#observability';
import { SharedCache } from '#cache';
import { Blobs } from './blobs.service.js';
import { BlobStoreError } from './errors.js';
import { ScreenshotsRepository, type StoredScreenshot } from './screenshots.repository.js';

const CACHE = 'pictures';
/** Bookkeeping of one entry. */
const ENTRY_BYTES = 300;

/**
 * Bytes of pictures, of which those that were looked at last are kept in memory: an inbox shows the same thumbnails over and over, and
 * their store may be far away. A picture never changes. Whoever reads must have seen its row just before, since what was erased by
 * another server may stand in this memory for a while.
 */
@Injectable()
export class PictureCache {
  private readonly kept: LRUCache<string, Buffer>;
  private readonly on: boolean;

  constructor(
    config: FeedbackLoopConfig,
    private readonly screenshots: ScreenshotsRepository,
    private readonly blobs: Blobs,
    private readonly metrics: Metrics,
    private readonly servers: SharedCache,
  ) {
    this.on = config.screenshots.cacheBytes > 0;
    this.kept = new LRUCache({
      maxSize: Math.max(1, config.screenshots.cacheBytes),
      ttl: config.cache.ttlSeconds * 1000,
      sizeCalculation: (bytes, key) => bytes.length + key.length * 2 + ENTRY_BYTES,
    });
    metrics.watchCache(CACHE, () => ({ bytes: this.kept.calculatedSize, entries: this.kept.size }));
    servers.onMissed(() => this.kept.clear());
    servers.onInvalidated(({ cache, tenantId }) => {
      if (cache === CACHE) this.drop({ tenantId });
    });
  }

  /** WebP; undefined when the bytes are gone. @throws BlobStoreError when their store is not configured, or does not answer */
  async read(
    tenant: TenantContext,
    picture: StoredScreenshot,
    part: 'picture' | 'thumbnail',
  ): Promise<Buffer | undefined> {
    if (!this.on) return this.fetch(tenant, picture, part);
    const key = `${tenant.tenantId}\n${picture.id}\n${part}`;
    const known = this.kept.get(key);
    this.metrics.countCacheLookups(CACHE, 'memory', known ? 1 : 0, known ? 0 : 1);
    if (known) return known;
    const bytes = await this.fetch(tenant, picture, part);
    if (bytes) this.kept.set(key, bytes);
    return bytes;
  }

  /** After an erasure: here, and on every server that Redis reaches. */
  async forget(tenant: TenantContext): Promise<void> {
    this.drop(tenant);
    await this.servers.invalidate({ cache: CACHE, tenantId: tenant.tenantId, pattern: '*' });
  }

  private drop({ tenantId }: TenantContext): void {
    for (const key of [...this.kept.keys()]) if (key.startsWith(`${tenantId}\n`)) this.kept.delete(key);
  }

  private async fetch(
    tenant: TenantContext,
    picture: StoredScreenshot,
    part: 'picture' | 'thumbnail',
  ): Promise<Buffer | undefined> {
    if (picture.store === 'database') return this.screenshots.bytesOf(tenant, picture.id, part);
    const store = this.blobs.store(picture.store);
    if (!store) throw new BlobStoreError(new Error(`${picture.store} is not configured`));
    return store.get({ tenantId: tenant.tenantId, id: picture.id }, part);
  }
}
