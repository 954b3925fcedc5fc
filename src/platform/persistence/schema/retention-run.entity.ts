import { IntegerColumn, PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** A deletion of what is past its time. One runs at a time for a tenant and kind; another server continues one that stopped. */
@PortableEntity('retention_runs', [
  { name: 'uq_retention_runs_running', columns: ['tenantId', 'kind'], unique: true, where: 'finished_at IS NULL' },
  { name: 'idx_retention_runs_started', columns: ['tenantId', 'kind', 'startedAt'] },
])
export class RetentionRunEntity {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(32) kind!: string;
  /** What came before it goes; fixed when the run begins. */
  @TimeColumn() cutoff!: number;
  @TimeColumn() startedAt!: number;
  @TimeColumn() heartbeatAt!: number;
  @TimeColumn({ nullable: true }) finishedAt!: number | null;
  /** The server that works on it. */
  @StringColumn(64) runner!: string;
  /** Counted in the transactions that delete. */
  @IntegerColumn() deleted!: number;
}
