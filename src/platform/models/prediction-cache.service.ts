import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Metrics } from '#observability';
import { SharedCache, TieredCache } from '#cache';
import type { ModelPrediction, ModelProvider } from './model-provider.js';

/**
 * Caches predictions by tenant, model version and text.
 *
 * - the tenant is part of the key, so that `cache_hit` does not reveal the texts of other tenants
 * - Redis holds a keyed hash of the text, never the text
 */
@Injectable()
export class PredictionCache {
  private readonly cache: TieredCache | undefined;

  constructor(config: FeedbackLoopConfig, shared: SharedCache, metrics: Metrics) {
    if (!config.cache.enabled) return;
    const second = config.cache.shared ? { shared, sharedKey: (key: string) => shared.digest(key) } : {};
    const {
      cache: { maxBytes, ttlSeconds: cacheTtlSeconds },
    } = config;
    this.cache = new TieredCache({ name: 'predictions', maxBytes, ttlMs: cacheTtlSeconds * 1000, ...second }, metrics);
  }

  /** Returns the cached predictions in the order of `texts`. */
  async find(
    tenant: TenantContext,
    model: ModelProvider,
    texts: readonly string[],
  ): Promise<(ModelPrediction | undefined)[]> {
    if (!this.cache) return texts.map(() => undefined);
    return this.cache.getMany<ModelPrediction>(
      tenant,
      texts.map((text) => keyOf(model, text)),
    );
  }

  store(
    tenant: TenantContext,
    model: ModelProvider,
    predictions: readonly [text: string, prediction: ModelPrediction][],
  ): void {
    this.cache?.setMany(
      tenant,
      predictions.map(([text, prediction]) => [keyOf(model, text), prediction]),
    );
  }

  /** Removes all predictions of a tenant. */
  async clear(tenant: TenantContext): Promise<void> {
    await this.cache?.invalidate(tenant, '*');
  }
}

function keyOf(model: ModelProvider, text: string): string {
  return `${model.name}\n${model.version}\n${text}`;
}
