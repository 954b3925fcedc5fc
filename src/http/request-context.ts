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

export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}
