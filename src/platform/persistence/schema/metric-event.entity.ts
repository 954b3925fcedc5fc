import { JsonColumn, PortableEntity, StringColumn, TextColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** A custom metric event. */
@PortableEntity('metric_events', [
  { name: 'idx_metric_events_timestamp', columns: ['tenantId', 'timestamp', 'id'] },
  { name: 'idx_metric_events_type', columns: ['tenantId', 'type', 'timestamp', 'id'] },
  {
    name: 'idx_metric_events_user',
    columns: ['tenantId', 'userId', 'timestamp', 'id'],
    where: 'user_id IS NOT NULL',
  },
  { name: 'idx_metric_events_org', columns: ['tenantId', 'orgId', 'timestamp', 'id'], where: 'org_id IS NOT NULL' },
  { name: 'idx_metric_events_external', columns: ['tenantId', 'externalId'], where: 'external_id IS NOT NULL' },
  // On PostgreSQL alone, and of a kind that TypeORM does not know: GIN.
  { name: 'idx_metric_events_data', columns: ['data'], synchronize: false },
])
export class MetricEventEntity {
  /** UUID v7 whose time is `timestamp`; PostgreSQL partitions by it. */
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(64) type!: string;
  @TimeColumn() timestamp!: number;
  @StringColumn(128, { nullable: true }) userId!: string | null;
  @StringColumn(128, { nullable: true }) orgId!: string | null;
  /** The caller's own name of it: sending it again changes this event. */
  @StringColumn(255, { nullable: true }) externalId!: string | null;
  @JsonColumn() data!: Record<string, unknown>;
  /** Sealed: the fields of `data` that are declared sensitive, by path. */
  @TextColumn({ nullable: true }) sensitive!: string | null;
  /** Made when it was accepted, growing: a change applies only when it is newer, also after a replay. `sensitive` is bound to it. */
  @UuidColumn() acceptedId!: string;
  @TimeColumn() acceptedAt!: number;
}

/** Which event has which external id: a partitioned table cannot say so itself. */
@PortableEntity('metric_event_keys', [{ name: 'idx_metric_event_keys_event', columns: ['tenantId', 'eventId'] }])
export class MetricEventKeyEntity {
  @UuidColumn({ primary: true }) tenantId!: string;
  @StringColumn(255, { primary: true }) externalId!: string;
  @UuidColumn() eventId!: string;
}
