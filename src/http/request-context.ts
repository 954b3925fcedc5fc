import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of the request being served, wherever the code is. */
export interface RequestContext {
  correlationId: string;
  startedAt: bigint;
  /** Set by the guard. */
  tenantId?: string;
  keyId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** For log lines written while a request is served. */
export function requestLogFields(): Record<string, unknown> {
  const context = storage.getStore();
  if (!context) return {};
  return { correlation_id: context.correlationId, tenant_id: context.tenantId, key_id: context.keyId };
}
