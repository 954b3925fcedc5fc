/** Facts about the request that is being served. Stored on the request; callees get what their log lines need. */
export interface RequestContext {
  correlationId: string;
  /** Monotonic time in nanoseconds. */
  startedAt: bigint;
  /** Set by the authentication guard. */
  tenantId?: string;
  keyId?: string;
}
