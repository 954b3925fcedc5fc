import { Injectable, Optional } from '@nestjs/common';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import { VERSION } from '#kernel';
import { FeedbackLoopConfig } from '#config';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Starts the name of every metric of this product, so that no other exporter has it. */
const PREFIX = 'feedback_loop_';
/** The prefix where a line of the text format names a metric. */
const PREFIXED = new RegExp(`^(# (?:HELP|TYPE) )?${PREFIX}`, 'gm');
/** Default gauges of prom-client whose names end like those of counters. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
/** Clients choose the names of models that they log. Further ones are counted together. */
const MAX_MODELS = 200;
const OTHER = 'other';

/** A model that predictions are counted by. */
export interface CountedModel {
  model: string;
  modelVersion: string;
}

/**
 * All Prometheus metrics of a server.
 *
 * - callers name a metric without the prefix `feedback_loop_`. `process_*` and `nodejs_*` have none, as in any process
 * - unless FL_METRICS_OLDER_NAMES is off, metrics also have the name without the prefix, for dashboards of before 0.2
 * - labels are bounded: routes are patterns, never addresses; there is no label for a tenant, a user or a text
 * - features register their own values with `counter` and `gauge`
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly ofProcess = new Registry();
  private readonly hasOlderNames: boolean;
  private readonly models = new Set<string>();
  private readonly children = new Map<string, unknown>();

  private readonly httpSeconds = new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Seconds from the first byte of a request to the last byte of its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly ackSeconds = new Histogram({
    name: `${PREFIX}ack_seconds`,
    help: 'Seconds until a record was durable, by where it was stored.',
    labelNames: ['path'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly groupCommitRows = new Histogram({
    name: `${PREFIX}group_commit_rows`,
    help: 'Rows per group commit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
    registers: [this.registry],
  });
  readonly groupCommitFailures = this.counter('group_commit_failures_total', 'Group commits that failed.', ['reason']);
  readonly unrecorded = this.counter('predictions_unrecorded_total', 'Predictions returned with persisted "none".');
  private readonly predictions = this.counter('predictions_total', 'Predictions returned or logged.', [
    'origin',
    'persisted',
    'model',
    'model_version',
  ]);
  private readonly cacheLookups = this.counter('cache_lookups_total', 'Lookups in a cache, by tier.', [
    'cache',
    'tier',
    'result',
  ]);
  private readonly caches = new Map<string, () => { bytes: number; entries: number }>();
  private readonly modelSeconds = new Histogram({
    name: `${PREFIX}model_seconds`,
    help: 'Seconds that a model needed for one text.',
    labelNames: ['model'],
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1],
    registers: [this.registry],
  });
  readonly querySeconds = new Histogram({
    name: `${PREFIX}db_query_seconds`,
    help: 'Seconds of a database call, by pool and outcome.',
    labelNames: ['pool', 'outcome'],
    buckets: SECONDS,
    registers: [this.registry],
  });

  constructor(@Optional() config?: FeedbackLoopConfig) {
    this.hasOlderNames = config?.observability.metricsOlderNames ?? false;
    collectDefaultMetrics({ register: this.ofProcess });
    for (const name of MISNAMED) this.ofProcess.removeSingleMetric(name);
    const info = new Gauge({
      name: 'feedback_loop_build_info',
      help: 'Always 1; the labels hold the versions.',
      labelNames: ['version', 'node'],
      registers: [this.ofProcess],
    });
    info.set({ version: VERSION, node: process.version }, 1);
    for (const [name, help, key] of [
      ['cache_bytes', 'Estimated bytes of a cache in this process.', 'bytes'],
      ['cache_entries', 'Entries of a cache in this process.', 'entries'],
    ] as const) {
      const { caches } = this;
      new Gauge({
        name: `${PREFIX}${name}`,
        help,
        labelNames: ['cache'],
        registers: [this.registry],
        collect(this: Gauge) {
          for (const [cache, read] of caches) this.set({ cache }, read()[key]);
        },
      });
    }
  }

  /** Media type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Returns all metrics in the text format of Prometheus. */
  async text(): Promise<string> {
    const [own, ofProcess] = await Promise.all([this.registry.metrics(), this.ofProcess.metrics()]);
    const older = this.hasOlderNames ? own.replaceAll(PREFIXED, (_, comment: string | undefined) => comment ?? '') : '';
    return own + older + ofProcess;
  }

  /** Returns all metrics as JSON. */
  async json(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    const [own, ofProcess] = await Promise.all([this.registry.getMetricsAsJSON(), this.ofProcess.getMetricsAsJSON()]);
    const older = this.hasOlderNames
      ? own.map((metric) => ({ ...metric, name: metric.name.slice(PREFIX.length) }))
      : [];
    return [...own, ...older, ...ofProcess];
  }

  countPredictions(origin: string, persisted: string, counted: Iterable<CountedModel>): void {
    for (const { model, modelVersion } of counted) {
      const key = `${model}\n${modelVersion}`;
      const isKnown = this.models.has(key) || this.models.size < MAX_MODELS;
      if (isKnown) this.models.add(key);
      const labels = isKnown ? { model, model_version: modelVersion } : { model: OTHER, model_version: OTHER };
      this.child(`predictions ${origin} ${persisted} ${isKnown ? key : OTHER}`, () =>
        this.predictions.labels({ origin, persisted, ...labels }),
      ).inc();
    }
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
    return new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [this.registry] });
  }

  histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name: `${PREFIX}${name}`, help, labelNames, buckets, registers: [this.registry] });
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
      name: `${PREFIX}${name}`,
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
