import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '#observability';
import { DATABASE, type Database, DatabaseSupervisor } from '#persistence';

/** Live figures of the database for `/metrics`. */
@Injectable()
export class DatabaseMetrics {
  constructor(metrics: Metrics, @Inject(DATABASE) database: Database, supervisor: DatabaseSupervisor) {
    const byPool = (read: (stats: ReturnType<Database['pools']>[number]) => number) => () =>
      database.pools().map((stats) => ({ labels: { pool: stats.pool }, value: read(stats) }));
    metrics.gauge(
      'pool_size',
      'Connections there can be.',
      byPool(({ size }) => size),
    );
    metrics.gauge(
      'pool_connections',
      'Open connections.',
      byPool(({ total }) => total),
    );
    metrics.gauge(
      'pool_idle',
      'Connections that nobody uses.',
      byPool(({ idle }) => idle),
    );
    metrics.gauge(
      'pool_waiting',
      'Callers waiting for a connection.',
      byPool(({ waiting }) => waiting),
    );
    metrics.gauge(
      'replica_up',
      '1 while analytics may be read from a replica.',
      () =>
        database.replicas().map(({ name, state }) => ({ labels: { replica: name }, value: state === 'up' ? 1 : 0 })),
      ['replica'],
    );
    metrics.gauge(
      'replica_lag_seconds',
      'How far a replica is behind the primary.',
      () =>
        database
          .replicas()
          .flatMap(({ lagMs, name }) => (lagMs === null ? [] : [{ labels: { replica: name }, value: lagMs / 1000 }])),
      ['replica'],
    );
    metrics.gauge('db_up', '1 while the database answers.', () => (supervisor.isUp ? 1 : 0));
    metrics.gauge('db_size_bytes', 'Size of the database.', () => supervisor.status.sizeBytes ?? 0);
  }
}
