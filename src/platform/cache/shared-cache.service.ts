import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnection } from '#redis';
import { Secrets } from '#secrets';

/** Entries that every server must remove. `pattern` matches keys; `*` matches any text. */
export interface Invalidation {
  cache: string;
  tenantId: string;
  pattern: string;
}

const PREFIX = 'fl:cache:';
const CHANNEL = 'fl:cache:invalidated';
const TAG_LENGTH = 43;
const SCAN_COUNT = 500;

/**
 * The second tier of caches: Redis, shared by all servers.
 *
 * - best effort: while Redis is off, unavailable or slow, the tier behaves as if it were empty
 * - entries are signed, so an attacker who can write to Redis cannot change responses
 */
@Injectable()
export class SharedCache {
  private readonly keys: Buffer[];
  private readonly origin = randomUUID();
  private listening = false;
  private readonly missedListeners: (() => void)[] = [];
  private readonly listeners: ((invalidation: Invalidation) => void)[] = [];

  constructor(
    private readonly redis: RedisConnection,
    secrets: Secrets,
  ) {
    this.keys = secrets.keysFor('shared-cache');
  }

  /** Whether Redis is configured; it may be unavailable. */
  get isOn(): boolean {
    return this.redis.state !== 'off';
  }

  /** Returns a hash that only servers of this installation can compute, for text that must not be readable in Redis. */
  digest(text: string): string {
    return createHmac('sha256', this.keys[0] as Buffer)
      .update(text)
      .digest('base64url');
  }

  async get(cache: string, tenantId: string, keys: readonly string[]): Promise<(string | undefined)[]> {
    const names = keys.map((key) => nameOf(cache, tenantId, key));
    const found = await this.tryRun((redis) => redis.mget(names));
    return names.map((name, i) => this.verify(name, found?.[i]));
  }

  async set(
    cache: string,
    tenantId: string,
    entries: readonly [key: string, text: string][],
    ttlMs: number,
  ): Promise<void> {
    await this.tryRun(async (redis) => {
      const pipeline = redis.pipeline();
      for (const [key, text] of entries) {
        const name = nameOf(cache, tenantId, key);
        pipeline.set(name, this.tag(this.keys[0] as Buffer, name, text) + text, 'PX', ttlMs);
      }
      return pipeline.exec();
    });
  }

  /** Removes the entries, and publishes the invalidation to the other servers. */
  async invalidate(invalidation: Invalidation): Promise<void> {
    const { cache, pattern, tenantId } = invalidation;
    await this.tryRun(async (redis) => {
      const match = nameOf(escapeGlob(cache), escapeGlob(tenantId), pattern.split('*').map(escapeGlob).join('*'));
      let cursor = '0';
      do {
        const [next, names] = await redis.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT);
        if (names.length > 0) await redis.unlink(names);
        cursor = next;
      } while (cursor !== '0');
      await redis.publish(CHANNEL, JSON.stringify({ ...invalidation, origin: this.origin }));
    });
  }

  /** Calls `listener` for each invalidation by another server. */
  onInvalidated(listener: (invalidation: Invalidation) => void): void {
    this.listeners.push(listener);
    if (this.listening) return;
    this.listening = true;
    this.redis.subscribe(
      CHANNEL,
      (message) => this.handleMessage(message),
      () => this.missedListeners.forEach((forget) => forget()),
    );
  }

  /** Calls `forget` whenever invalidations by other servers may have been missed. */
  onMissed(forget: () => void): void {
    this.missedListeners.push(forget);
  }

  private handleMessage(message: string): void {
    try {
      const { origin, ...invalidation } = JSON.parse(message) as Invalidation & { origin: string };
      if (origin === this.origin) return;
      for (const listener of this.listeners) listener(invalidation);
    } catch {
      // Not a message of this product.
    }
  }

  private verify(name: string, signed: string | null | undefined): string | undefined {
    if (typeof signed !== 'string' || signed.length <= TAG_LENGTH) return undefined;
    const text = signed.slice(TAG_LENGTH);
    const tag = Buffer.from(signed.slice(0, TAG_LENGTH));
    const valid = this.keys.some((key) => {
      const expected = Buffer.from(this.tag(key, name, text));
      return expected.length === tag.length && timingSafeEqual(tag, expected);
    });
    return valid ? text : undefined;
  }

  private tag(key: Buffer, name: string, text: string): string {
    return createHmac('sha256', key).update(name).update('\n').update(text).digest('base64url');
  }

  private async tryRun<T>(work: Parameters<typeof this.redis.run<T>>[0]): Promise<T | undefined> {
    if (this.redis.state !== 'up') return undefined;
    return this.redis.run(work).catch(() => undefined);
  }
}

function nameOf(cache: string, tenantId: string, key: string): string {
  return `${PREFIX}${cache}:${tenantId}:${key}`;
}

function escapeGlob(text: string): string {
  return text.replace(/[\\?*[\]^-]/g, '\\$&');
}
