import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { Metrics } from '#observability';
import { SharedCache, TieredCache } from '#cache';
import type { ModelAnswer, ModelProvider } from './model-provider.js';

/**
 * Answers of models, remembered by tenant, model version and text. The tenant is part of the key, so that `cache_hit` tells nobody what
 * others have asked; in Redis stands a keyed hash of the text.
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

  /** In the order of `texts`. */
  async find(
    tenant: TenantContext,
    model: ModelProvider,
    texts: readonly string[],
  ): Promise<(ModelAnswer | undefined)[]> {
    if (!this.cache) return texts.map(() => undefined);
    return this.cache.getMany<ModelAnswer>(
      tenant,
      texts.map((text) => keyOf(model, text)),
    );
  }

  keep(tenant: TenantContext, model: ModelProvider, answers: readonly [text: string, answer: ModelAnswer][]): void {
    this.cache?.setMany(
      tenant,
      answers.map(([text, answer]) => [keyOf(model, text), answer]),
    );
  }

  /** Forgets everything of a tenant. */
  async forget(tenant: TenantContext): Promise<void> {
    await this.cache?.invalidate(tenant, '*');
  }
}

function keyOf(model: ModelProvider, text: string): string {
  return `${model.name}\n${model.version}\n${text}`;
}
