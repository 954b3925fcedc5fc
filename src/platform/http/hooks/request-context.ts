/** What is known of the request being served; hangs on the request, and what a log line needs of it travels with the caller. */
export interface RequestContext {
  correlationId: string;
  startedAt: bigint;
  /** Set by the guard. */
  tenantId?: string;
  keyId?: string;
}
