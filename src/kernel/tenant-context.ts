/** The tenant whose data a call reads or writes. It is the first argument of every repository method. */
export interface TenantContext {
  readonly tenantId: string;
  /**
   * Correlation id of the request, for log lines. It travels with the tenant because AsyncLocalStorage would cost more.
   */
  readonly correlationId?: string;
}

/** The tenant that exists from the first start: of keys from the environment, and of legacy callers without a key. */
export const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001';
export const DEFAULT_TENANT: TenantContext = { tenantId: DEFAULT_TENANT_ID };
