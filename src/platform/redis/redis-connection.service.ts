import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { DependencyPolicy, DependencyUnavailableError } from '#resilience';

export type RedisState = 'off' | 'up' | 'down';

const COMMAND_TIMEOUT_MS = 100;
const CONNECT_TIMEOUT_MS = 500;
const MAX_RECONNECT_DELAY_MS = 2000;
const BREAKER_FAILURES = 3;
const PROBE_MS = 1000;

/**
 * Connection to Redis, if one is configured. The product works without it.
 *
 * - every command succeeds or fails within 100 ms, and callers have a fallback
 * - commands are not queued while Redis is unavailable; with the driver's defaults a request would wait forever
 */
@Injectable()
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly client: Redis | undefined;
  private readonly subscribers: Redis[] = [];
  private readonly policy: DependencyPolicy;

  constructor(
    config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.policy = new DependencyPolicy({
      name: 'redis',
      retryAttempts: 0,
      failures: BREAKER_FAILURES,
      probeMs: PROBE_MS,
      openMs: PROBE_MS,
      budgetMs: COMMAND_TIMEOUT_MS * 2,
      isTransient: () => false,
      isFailure: () => true,
    });
    if (config.redis.url === undefined || !config.redis.enabled) return;
    this.client = new Redis(config.redis.url, {
      lazyConnect: true,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(MAX_RECONNECT_DELAY_MS, attempt * 100),
    });
    // Without a listener the driver writes each failed attempt to connect to standard error.
    this.client.on('error', () => undefined);
    this.client.on('ready', () => this.logger.info({ component: 'redis', state: 'up' }, 'redis is up'));
    this.client.on('close', () => this.logger.debug({ component: 'redis', state: 'down' }, 'redis is unavailable'));
    metrics.gauge('redis_up', '1 while Redis responds.', () => (this.state === 'up' ? 1 : 0));
  }

  onModuleInit(): void {
    // Not awaited: the server starts even if Redis is unavailable.
    this.client
      ?.connect()
      .catch((error: unknown) =>
        this.logger.warn(
          { err: error, component: 'redis' },
          'redis is unavailable; rate limits and caches are local to this server',
        ),
      );
  }

  get state(): RedisState {
    if (!this.client) return 'off';
    return this.client.status === 'ready' && this.policy.state === 'closed' ? 'up' : 'down';
  }

  /** @throws DependencyUnavailableError when Redis is off, unavailable or slow */
  async run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const { client } = this;
    if (client?.status !== 'ready') throw new DependencyUnavailableError('redis');
    return this.policy.run(() => work(client));
  }

  /**
   * Passes messages of a channel to `listener`, on a separate connection that reconnects automatically.
   *
   * - messages that are published while Redis is unavailable are lost
   * - `onReady` is called after each connection, because messages may have been lost before it
   */
  subscribe(channel: string, listener: (message: string) => void, onReady: () => void = () => undefined): void {
    if (!this.client) return;
    const subscriber = this.client.duplicate({
      commandTimeout: undefined,
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
    });
    this.subscribers.push(subscriber);
    subscriber.on('error', () => undefined);
    subscriber.on('ready', onReady);
    subscriber.on('message', (_, message: string) => listener(message));
    subscriber.connect().catch(() => undefined);
    subscriber.subscribe(channel).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    for (const each of this.subscribers) each.disconnect();
    this.client?.disconnect();
  }
}
