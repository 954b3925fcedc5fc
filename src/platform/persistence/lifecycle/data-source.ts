import type BetterSqlite3 from 'better-sqlite3';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import { MIGRATIONS, MIGRATIONS_TABLE } from '#migrations';
import type { FeedbackLoopConfig } from '#config';
import type { DialectName } from '../schema/column-types.js';
import { type EntityClass, toEntitySchema } from '../schema/portable-columns.js';
import { SESSION_OPTIONS } from '../postgres/postgres-pool.js';
import { ENTITIES } from '../schema/entities.js';
import { prepareSqliteConnection } from '../sqlite/sqlite-pragmas.js';

/** TypeORM begins deferred transactions, which fail half-way when another process writes: begin as a writer at once. */
function beginImmediate(connection: BetterSqlite3.Database): void {
  const prepare = connection.prepare.bind(connection) as (source: string) => BetterSqlite3.Statement;
  Object.assign(connection, {
    prepare: (source: string) => prepare(source === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE TRANSACTION' : source),
  });
}

/** Not through a pooler, which refuses them. */
function sessionSettings(config: Readonly<FeedbackLoopConfig>): object {
  return {
    options: SESSION_OPTIONS,
    statement_timeout: Math.floor(config.database.queryTimeoutMs * 0.9),
    lock_timeout: config.database.lockTimeoutMs,
    idle_in_transaction_session_timeout: 10_000,
  };
}

/**
 * The one factory of data sources, for app, CLI, migrations and tests. Nothing is opened until `initialize()`.
 * `purpose` "migrate" goes around a pooler and has no statement time-out.
 */
export function createDataSource(
  config: Readonly<FeedbackLoopConfig>,
  purpose: 'serve' | 'migrate' = 'serve',
  entities: readonly EntityClass[] = ENTITIES,
): DataSource {
  return new DataSource(dataSourceOptions(config, purpose, entities));
}

export function dataSourceOptions(
  config: Readonly<FeedbackLoopConfig>,
  purpose: 'serve' | 'migrate',
  entities: readonly EntityClass[] = ENTITIES,
): DataSourceOptions {
  const {
    database: { target: database },
  } = config;
  const dialect = database.type;
  const shared = {
    entities: entitySchemas(entities, dialect),
    migrations: MIGRATIONS[dialect],
    migrationsTableName: MIGRATIONS_TABLE,
    synchronize: false,
    migrationsRun: false,
    logging: false,
  } as const;
  if (database.type === 'sqlite') {
    return {
      ...shared,
      type: 'better-sqlite3',
      database: database.path,
      // This connection lives on the main thread, where waiting would stop the event loop: a lock is an error at once, and whoever
      // meets it tries again after a pause.
      timeout: 0,
      prepareDatabase: (connection: BetterSqlite3.Database) => {
        prepareSqliteConnection(connection);
        beginImmediate(connection);
      },
    };
  }
  const migrating = purpose === 'migrate';
  return {
    ...shared,
    type: 'postgres',
    url: migrating ? database.directUri : database.uri,
    applicationName: migrating ? 'feedback-loop-migrate' : 'feedback-loop-admin',
    poolSize: migrating ? 3 : Math.min(4, config.database.poolSize),
    connectTimeoutMS: config.database.connectTimeoutMs,
    // An idle connection that the server closes is replaced by the pool; it must not end the process.
    poolErrorHandler: () => undefined,
    extra: migrating
      ? { connectionTimeoutMillis: 5000, lock_timeout: 5000, keepAlive: true, options: SESSION_OPTIONS }
      : {
          connectionTimeoutMillis: config.database.connectTimeoutMs,
          query_timeout: config.database.queryTimeoutMs,
          idleTimeoutMillis: config.database.idleTimeoutMs,
          keepAlive: true,
          ...(config.database.pooler === 'transaction' ? {} : sessionSettings(config)),
        },
  };
}

export function entitySchemas(entities: readonly EntityClass[], dialect: DialectName): EntitySchema[] {
  return entities.map((entity) => toEntitySchema(entity, dialect));
}
