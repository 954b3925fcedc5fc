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
/** Estimated overhead of one entry. */
const ENTRY_BYTES = 300;

/**
 * Reads the bytes of screenshots and keeps the most recently used ones in memory, because an inbox shows the same
 * thumbnails repeatedly and their store may be slow.
 *
 * - A screenshot never changes, so an entry is never stale.
 * - Callers must read the row first: bytes that another server erased may stay in this cache for a while.
 */
@Injectable()
export class ScreenshotCache {
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

  /**
   * Returns WebP bytes; undefined if they no longer exist.
   *
   * @throws BlobStoreError (503) if the store is not configured or cannot be reached
   */
  async read(
    tenant: TenantContext,
    screenshot: StoredScreenshot,
    part: 'picture' | 'thumbnail',
  ): Promise<Buffer | undefined> {
    if (!this.on) return this.fetch(tenant, screenshot, part);
    const key = `${tenant.tenantId}\n${screenshot.id}\n${part}`;
    const known = this.kept.get(key);
    this.metrics.countCacheLookups(CACHE, 'memory', known ? 1 : 0, known ? 0 : 1);
    if (known) return known;
    const bytes = await this.fetch(tenant, screenshot, part);
    if (bytes) this.kept.set(key, bytes);
    return bytes;
  }

  /** Removes the screenshots of a tenant from this cache and, through Redis, from those of other servers. */
  async clear(tenant: TenantContext): Promise<void> {
    this.drop(tenant);
    await this.servers.invalidate({ cache: CACHE, tenantId: tenant.tenantId, pattern: '*' });
  }

  private drop({ tenantId }: TenantContext): void {
    for (const key of [...this.kept.keys()]) if (key.startsWith(`${tenantId}\n`)) this.kept.delete(key);
  }

  private async fetch(
    tenant: TenantContext,
    screenshot: StoredScreenshot,
    part: 'picture' | 'thumbnail',
  ): Promise<Buffer | undefined> {
    if (screenshot.store === 'database') return this.screenshots.bytesOf(tenant, screenshot.id, part);
    const store = this.blobs.store(screenshot.store);
    if (!store) throw new BlobStoreError(new Error(`${screenshot.store} is not configured`));
    return store.get({ tenantId: tenant.tenantId, id: screenshot.id }, part);
  }
}
