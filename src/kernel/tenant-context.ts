/** Whose data a call is about. Every repository method takes it first. */
export interface TenantContext {
  readonly tenantId: string;
  /** Of the request that the call is part of: for log lines. Passed on with the tenant, since a store that follows promises costs more. */
  readonly correlationId?: string;
}

/** The tenant that exists from the first start; older callers without a key and keys from the environment belong to it. */
export const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001';
export const DEFAULT_TENANT: TenantContext = { tenantId: DEFAULT_TENANT_ID };
