import type { DataSource } from 'typeorm';
import { type Clock, systemClock } from '#kernel';
import type { DatabaseTarget, FeedbackLoopConfig } from '#config';
import type { Metrics } from '#observability';
import type { Database } from '../contract/database.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';

import { withSpans } from './traced-database.js';

type Backend = new (
  dataSource: DataSource,
  config: Readonly<FeedbackLoopConfig>,
  metrics: Metrics,
  clock: Clock,
) => Database;

/** Backends by the type in their address. A new backend needs one class here. */
const BACKENDS: Record<DatabaseTarget['type'], Backend> = { sqlite: SqliteDatabase, postgresql: PostgresDatabase };

export function createDatabase(
  dataSource: DataSource,
  config: Readonly<FeedbackLoopConfig>,
  metrics: Metrics,
  clock: Clock = systemClock,
): Database {
  return withSpans(new BACKENDS[config.database.target.type](dataSource, config, metrics, clock));
}
