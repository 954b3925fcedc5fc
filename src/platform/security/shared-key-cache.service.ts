import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnection } from '#redis';
import { Secrets } from '#secrets';

const PREFIX = 'fl:key:';
const TAG_LENGTH = 43;

/**
 * Shares verified keys between servers through Redis, for a server that starts during an outage of the database.
 *
 * - best effort: without Redis, each server knows only the keys that it verified itself
 * - entries are signed, so that access to Redis is not enough to have a forged key accepted
 */
@Injectable()
export class SharedKeyCache {
  private readonly keys: Buffer[];

  constructor(
    private readonly redis: RedisConnection,
    secrets: Secrets,
  ) {
    this.keys = secrets.keysFor('shared-key-memory');
  }

  async save(hash: string, text: string, lifetimeMs: number): Promise<void> {
    const signed = this.tag(this.keys[0] as Buffer, hash, text) + text;
    await this.runIfUp((redis) => redis.set(PREFIX + hash, signed, 'PX', lifetimeMs));
  }

  async forget(hash: string): Promise<void> {
    await this.runIfUp((redis) => redis.del(PREFIX + hash));
  }

  async find(hash: string): Promise<string | undefined> {
    const signed = await this.runIfUp((redis) => redis.get(PREFIX + hash));
    if (typeof signed !== 'string' || signed.length <= TAG_LENGTH) return undefined;
    const text = signed.slice(TAG_LENGTH);
    const tag = Buffer.from(signed.slice(0, TAG_LENGTH));
    const valid = this.keys.some((key) => timingSafeEqual(tag, Buffer.from(this.tag(key, hash, text))));
    return valid ? text : undefined;
  }

  private tag(key: Buffer, hash: string, text: string): string {
    return createHmac('sha256', key).update(hash).update('\n').update(text).digest('base64url');
  }

  private async runIfUp(work: Parameters<RedisConnection['run']>[0]): Promise<unknown> {
    if (this.redis.state !== 'up') return undefined;
    return this.redis.run(work).catch(() => undefined);
  }
}
