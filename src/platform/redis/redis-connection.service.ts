import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { DependencyPolicy, DependencyUnavailableError } from '#resilience';

export type RedisState = 'off' | 'up' | 'down';

const COMMAND_MS = 100;
const CONNECT_MS = 500;
const MAX_RETRY_MS = 2000;
const FAILURES = 3;
const PROBE_MS = 1000;

/**
 * Redis, when it is configured. Nothing needs it: whoever asks gets an answer within 100 ms or an error, and has a way of its own.
 * The driver's defaults would queue commands while Redis is away and let a request wait for ever.
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
      failures: FAILURES,
      probeMs: PROBE_MS,
      openMs: PROBE_MS,
      budgetMs: COMMAND_MS * 2,
      isTransient: () => false,
      isFailure: () => true,
    });
    if (config.redis.url === undefined || !config.redis.enabled) return;
    this.client = new Redis(config.redis.url, {
      lazyConnect: true,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: COMMAND_MS,
      connectTimeout: CONNECT_MS,
      retryStrategy: (attempt) => Math.min(MAX_RETRY_MS, attempt * 100),
    });
    // Without a listener each failed attempt to connect is written to standard error.
    this.client.on('error', () => undefined);
    this.client.on('ready', () => this.logger.info({ component: 'redis', state: 'up' }, 'redis is up'));
    this.client.on('close', () => this.logger.debug({ component: 'redis', state: 'down' }, 'redis is away'));
    metrics.gauge('redis_up', '1 while Redis answers.', () => (this.state === 'up' ? 1 : 0));
  }

  onModuleInit(): void {
    // Not waited for: the server starts with or without it.
    this.client
      ?.connect()
      .catch((error: unknown) =>
        this.logger.warn({ err: error, component: 'redis' }, 'redis is away; limits and cache are this server’s own'),
      );
  }

  get state(): RedisState {
    if (!this.client) return 'off';
    return this.client.status === 'ready' && this.policy.state === 'closed' ? 'up' : 'down';
  }

  /** @throws DependencyUnavailableError when Redis is off, away or slow */
  async run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const { client } = this;
    if (client?.status !== 'ready') throw new DependencyUnavailableError('redis');
    return this.policy.run(() => work(client));
  }

  /**
   * Hears what is published, on a connection of its own that comes back by itself; nothing while Redis is away. `onReady`: each time it has
   * come back, since something may have been missed.
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
