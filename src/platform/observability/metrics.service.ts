import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from '#kernel';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * All Prometheus metrics of a server.
 *
 * - labels are bounded: routes are patterns, never addresses; there is no label for a tenant, a user or a text
 * - features register their own values with `counter` and `gauge`
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly children = new Map<string, unknown>();

  private readonly httpSeconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from the first byte of a request to the last byte of its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly ackSeconds = new Histogram({
    name: 'ack_seconds',
    help: 'Seconds until a record was durable, by where it was stored.',
    labelNames: ['path'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly groupCommitRows = new Histogram({
    name: 'group_commit_rows',
    help: 'Rows per group commit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
    registers: [this.registry],
  });
  readonly groupCommitFailures = this.counter('group_commit_failures_total', 'Group commits that failed.', ['reason']);
  readonly unrecorded = this.counter('predictions_unrecorded_total', 'Predictions returned with persisted "none".');
  private readonly predictions = this.counter('predictions_total', 'Predictions returned or logged.', [
    'origin',
    'persisted',
  ]);
  private readonly cacheLookups = this.counter('cache_lookups_total', 'Lookups in a cache, by tier.', [
    'cache',
    'tier',
    'result',
  ]);
  private readonly caches = new Map<string, () => { bytes: number; entries: number }>();
  private readonly modelSeconds = new Histogram({
    name: 'model_seconds',
    help: 'Seconds that a model needed for one text.',
    labelNames: ['model'],
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1],
    registers: [this.registry],
  });
  readonly querySeconds = new Histogram({
    name: 'db_query_seconds',
    help: 'Seconds of a database call, by pool and outcome.',
    labelNames: ['pool', 'outcome'],
    buckets: SECONDS,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const info = new Gauge({
      name: 'feedback_loop_build_info',
      help: 'Always 1; the labels hold the versions.',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    });
    info.set({ version: VERSION, node: process.version }, 1);
    for (const [name, help, key] of [
      ['cache_bytes', 'Estimated bytes of a cache in this process.', 'bytes'],
      ['cache_entries', 'Entries of a cache in this process.', 'entries'],
    ] as const) {
      const { caches } = this;
      new Gauge({
        name,
        help,
        labelNames: ['cache'],
        registers: [this.registry],
        collect(this: Gauge) {
          for (const [cache, read] of caches) this.set({ cache }, read()[key]);
        },
      });
    }
  }

  countPredictions(origin: string, persisted: string, count: number): void {
    this.child(`predictions ${origin} ${persisted}`, () => this.predictions.labels({ origin, persisted })).inc(count);
  }

  countCacheLookups(cache: string, tier: 'memory' | 'redis', hits: number, misses: number): void {
    for (const [result, count] of [
      ['hit', hits],
      ['miss', misses],
    ] as const)
      if (count > 0)
        this.child(`cache ${cache} ${tier} ${result}`, () => this.cacheLookups.labels({ cache, tier, result })).inc(
          count,
        );
  }

  watchCache(cache: string, read: () => { bytes: number; entries: number }): void {
    this.caches.set(cache, read);
  }

  observeModel(model: string, seconds: number): void {
    this.child(`model ${model}`, () => this.modelSeconds.labels({ model })).observe(seconds);
  }

  observeAck(path: string, seconds: number): void {
    this.child(`ack ${path}`, () => this.ackSeconds.labels({ path })).observe(seconds);
  }

  observeRequest(method: string, route: string, status: string, seconds: number): void {
    this.child(`http ${method} ${status} ${route}`, () => this.httpSeconds.labels({ method, route, status })).observe(
      seconds,
    );
  }

  /** Caches metric children, because finding one by its labels costs more than counting. The labels bound the cache. */
  private child<T>(key: string, create: () => T): T {
    const cached = this.children.get(key);
    if (cached !== undefined) return cached as T;
    const created = create();
    this.children.set(key, created);
    return created;
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /**
   * Registers a value that is read when metrics are collected. `read` returns a number, or a list with one entry per
   * label set; pass `labelNames` when that list may be empty at first.
   */
  gauge(
    name: string,
    help: string,
    read: () => number | { labels: Record<string, string>; value: number }[],
    labelNames: readonly string[] = labelNamesOf(read()),
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect(this: Gauge) {
        const value = read();
        if (typeof value !== 'number') this.reset();
        if (typeof value === 'number') this.set(value);
        else for (const each of value) this.set(each.labels, each.value);
      },
    });
  }
}

function labelNamesOf(first: number | { labels: Record<string, string> }[]): string[] {
  return Array.isArray(first) && first[0] ? Object.keys(first[0].labels) : [];
}
