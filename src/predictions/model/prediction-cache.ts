import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { TenantContext } from '../../common/index.js';
import { FeedbackLoopConfig } from '../../config/index.js';
import { Metrics } from '../../observability/index.js';
import type { ModelAnswer, ModelProvider } from './model-provider.js';

/** Bookkeeping and numbers of one entry. */
const ENTRY_BYTES = 600;

/**
 * Answers of models, remembered by tenant, model version and text: least recently used out first, bounded in bytes and time.
 * The tenant is part of the key, so that `cache_hit` tells nobody what others have asked.
 */
@Injectable()
export class PredictionCache {
  private readonly cache: LRUCache<string, ModelAnswer> | undefined;

  constructor(
    config: FeedbackLoopConfig,
    private readonly metrics: Metrics,
  ) {
    if (!config.cacheEnabled) return;
    const cache = new LRUCache<string, ModelAnswer>({
      maxSize: config.cacheMaxBytes,
      ttl: config.cacheTtlSeconds * 1000,
      sizeCalculation: (_, key) => key.length * 2 + ENTRY_BYTES,
    });
    this.cache = cache;
    metrics.gauge('prediction_cache_bytes', 'Estimated bytes of the prediction cache.', () => cache.calculatedSize);
    metrics.gauge('prediction_cache_entries', 'Answers in the prediction cache.', () => cache.size);
  }

  get(tenant: TenantContext, model: ModelProvider, text: string): ModelAnswer | undefined {
    const answer = this.cache?.get(key(tenant, model, text));
    if (this.cache) this.metrics.countCacheLookup(answer ? 'hit' : 'miss');
    return answer;
  }

  set(tenant: TenantContext, model: ModelProvider, text: string, answer: ModelAnswer): void {
    this.cache?.set(key(tenant, model, text), answer);
  }
}

function key({ tenantId }: TenantContext, model: ModelProvider, text: string): string {
  return `${tenantId}\n${model.version}\n${text}`;
}
