import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '#observability';
import { DATABASE, type Database, DatabaseSupervisor } from '#persistence';

/** Registers gauges of the connection pools, the database and its replicas. */
@Injectable()
export class DatabaseMetrics {
  constructor(metrics: Metrics, @Inject(DATABASE) database: Database, supervisor: DatabaseSupervisor) {
    const byPool = (read: (stats: ReturnType<Database['pools']>[number]) => number) => () =>
      database.pools().map((stats) => ({ labels: { pool: stats.pool }, value: read(stats) }));
    metrics.gauge(
      'pool_size',
      'Maximum number of connections.',
      byPool(({ size }) => size),
    );
    metrics.gauge(
      'pool_connections',
      'Open connections.',
      byPool(({ total }) => total),
    );
    metrics.gauge(
      'pool_idle',
      'Idle connections.',
      byPool(({ idle }) => idle),
    );
    metrics.gauge(
      'pool_waiting',
      'Callers that wait for a connection.',
      byPool(({ waiting }) => waiting),
    );
    metrics.gauge(
      'replica_up',
      '1 while analytics can be read from the replica.',
      () =>
        database.replicas().map(({ name, state }) => ({ labels: { replica: name }, value: state === 'up' ? 1 : 0 })),
      ['replica'],
    );
    metrics.gauge(
      'replica_lag_seconds',
      'Delay of the replica behind the primary, in seconds.',
      () =>
        database
          .replicas()
          .flatMap(({ lagMs, name }) => (lagMs === null ? [] : [{ labels: { replica: name }, value: lagMs / 1000 }])),
      ['replica'],
    );
    metrics.gauge('db_up', '1 while the database is reachable.', () => (supervisor.isUp ? 1 : 0));
    metrics.gauge('db_size_bytes', 'Size of the database, in bytes.', () => supervisor.status.sizeBytes ?? 0);
  }
}
