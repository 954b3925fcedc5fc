import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnection } from '#redis';
import { Secrets } from '#secrets';

const PREFIX = 'fl:key:';
const TAG_LENGTH = 43;

/**
 * What one server has verified, for a server that starts in an outage and has never seen the key. Best effort: without Redis every
 * server knows only its own. Entries are signed: whoever can write to Redis cannot make a key of their own good.
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
    await this.quietly((redis) => redis.set(PREFIX + hash, signed, 'PX', lifetimeMs));
  }

  async forget(hash: string): Promise<void> {
    await this.quietly((redis) => redis.del(PREFIX + hash));
  }

  async find(hash: string): Promise<string | undefined> {
    const signed = await this.quietly((redis) => redis.get(PREFIX + hash));
    if (typeof signed !== 'string' || signed.length <= TAG_LENGTH) return undefined;
    const text = signed.slice(TAG_LENGTH);
    const tag = Buffer.from(signed.slice(0, TAG_LENGTH));
    const good = this.keys.some((key) => timingSafeEqual(tag, Buffer.from(this.tag(key, hash, text))));
    return good ? text : undefined;
  }

  private tag(key: Buffer, hash: string, text: string): string {
    return createHmac('sha256', key).update(hash).update('\n').update(text).digest('base64url');
  }

  private async quietly(work: Parameters<RedisConnection['run']>[0]): Promise<unknown> {
    if (this.redis.state !== 'up') return undefined;
    return this.redis.run(work).catch(() => undefined);
  }
}
