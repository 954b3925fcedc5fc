import type BetterSqlite3 from 'better-sqlite3';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import { MIGRATIONS, MIGRATIONS_TABLE } from '#migrations';
import type { FeedbackLoopConfig } from '#config';
import type { DialectName } from '../schema/column-types.js';
import { type EntityClass, toEntitySchema } from '../schema/portable-columns.js';
import { connectionOptions } from '../postgres/connection-options.js';
import { commitDurably, SESSION_OPTIONS } from '../postgres/postgres-pool.js';
import { ENTITIES } from '../schema/entities.js';
import { prepareSqliteConnection } from '../sqlite/sqlite-pragmas.js';

/** Begins as a writer. TypeORM begins deferred transactions, which fail half-way when another process writes. */
function beginImmediate(connection: BetterSqlite3.Database): void {
  const prepare = connection.prepare.bind(connection) as (source: string) => BetterSqlite3.Statement;
  Object.assign(connection, {
    prepare: (source: string) => prepare(source === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE TRANSACTION' : source),
  });
}

/** Settings of a session. Not for a pooler, which refuses them. */
function sessionSettings(config: Readonly<FeedbackLoopConfig>): object {
  return {
    statement_timeout: Math.floor(config.database.queryTimeoutMs * 0.9),
    lock_timeout: config.database.lockTimeoutMs,
    idle_in_transaction_session_timeout: 10_000,
  };
}

/**
 * Creates a data source for the server, the CLI, migrations and tests. Nothing is opened before `initialize()`.
 * With `purpose` "migrate" it bypasses a pooler and has no statement timeout.
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
      // Waiting on this connection would block the event loop, because it is on the main thread. A lock is therefore an
      // immediate error, and callers retry after a pause.
      timeout: 0,
      prepareDatabase: (connection: BetterSqlite3.Database) => {
        prepareSqliteConnection(connection);
        beginImmediate(connection);
      },
    };
  }
  const migrating = purpose === 'migrate';
  const isPooled = !migrating && config.database.pooler === 'transaction';
  const { connectionString, ...connection } = connectionOptions(
    migrating ? database.directUri : database.uri,
    isPooled ? undefined : SESSION_OPTIONS,
  );
  return {
    ...shared,
    type: 'postgres',
    url: connectionString,
    applicationName: migrating ? 'feedback-loop-migrate' : 'feedback-loop-admin',
    poolSize: migrating ? 3 : Math.min(4, config.database.poolSize),
    connectTimeoutMS: config.database.connectTimeoutMs,
    // The pool replaces an idle connection that the server closes; this must not end the process.
    poolErrorHandler: () => undefined,
    extra: migrating
      ? {
          ...connection,
          connectionTimeoutMillis: 5000,
          lock_timeout: 5000,
          keepAlive: true,
          onConnect: commitDurably,
        }
      : {
          ...connection,
          connectionTimeoutMillis: config.database.connectTimeoutMs,
          query_timeout: config.database.queryTimeoutMs,
          idleTimeoutMillis: config.database.idleTimeoutMs,
          keepAlive: true,
          ...(isPooled ? {} : sessionSettings(config)),
        },
  };
}

export function entitySchemas(entities: readonly EntityClass[], dialect: DialectName): EntitySchema[] {
  return entities.map((entity) => toEntitySchema(entity, dialect));
}
