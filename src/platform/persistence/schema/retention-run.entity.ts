import { IntegerColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/**
 * A deletion of expired records. One runs at a time per tenant and kind; another server continues a run that stopped.
 */
@PortableEntity('retention_runs', [
  { name: 'uq_retention_runs_running', columns: ['tenantId', 'kind'], unique: true, where: 'finished_at IS NULL' },
  { name: 'idx_retention_runs_started', columns: ['tenantId', 'kind', 'startedAt'] },
])
export class RetentionRunEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(32) kind!: string;
  /** Records before this time are deleted. It is fixed when the run starts. */
  @TimeColumn() cutoff!: number;
  @TimeColumn() startedAt!: number;
  @TimeColumn() heartbeatAt!: number;
  @TimeColumn({ nullable: true }) finishedAt!: number | null;
  /** The server that executes the run. */
  @StringColumn(64) runner!: string;
  /** Counted in the transactions that delete. */
  @IntegerColumn() deleted!: number;
}
