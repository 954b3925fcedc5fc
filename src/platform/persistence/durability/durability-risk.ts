/** Something outside this server that can undo what it acknowledged. */
export interface DurabilityRisk {
  /** Stable, for metrics and alerts. */
  code:
    | 'fsync_off'
    | 'full_page_writes_off'
    | 'unlogged_tables'
    | 'database_on_temporary_volume'
    | 'database_on_network_volume'
    | 'spool_on_temporary_volume'
    | 'keys_on_temporary_volume';
  problem: string;
  remedy: string;
}
