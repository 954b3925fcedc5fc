import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { DataSource, EntityManager } from 'typeorm';
import {
  ATTACHED_PARTITIONS,
  createPartitionStatements,
  ForeignTables,
  LockTimeout,
  migrateDown,
  migrateUp,
  type MigrationStatus,
  migrationStatus,
  MIGRATIONS,
  MIGRATIONS_TABLE,
  PARTITIONED_TABLES,
  partitionsFor,
  type RunnerOptions,
  TABLES,
  withLock,
} from '#migrations';
import { DAY_MS, sleep } from '#kernel';
import type { FeedbackLoopConfig } from '#config';
import { createDataSource } from './data-source.js';
import { findRevertedData, type RevertedData } from './reverted-data.js';
import { requireNoConnections, requireUnusedFile } from './running-servers.js';
import type { EntityClass } from '../schema/portable-columns.js';
import { DatabaseLockedError, ForeignTablesError, MigrationLockedError, toDatabaseError } from '../contract/errors.js';

/** Partitions are created this many days ahead, so that a server still records when maintenance fails for weeks. */
const DAYS_AHEAD = 62;
const RETRY_MS = 100;
const NOT_REVERTED = 'Nothing was reverted';

/**
 * Changes the schema, for the server and the CLI. Each call opens its own connection, which bypasses a pooler and has
 * no timeouts for requests, and takes the lock that excludes other processes.
 */
export class Migrator {
  constructor(
    private readonly config: Readonly<FeedbackLoopConfig>,
    private readonly onWait: () => void = () => undefined,
    /**
     * How long to retry, in milliseconds, while another process (a shell, a backup) has locked the SQLite file. The
     * default suits a server, which tries again later anyway.
     */
    private readonly maxLockWaitMs = 0,
  ) {}

  /** Applies pending migrations and creates partitions. Returns the names of the applied migrations. */
  async up(): Promise<string[]> {
    return this.withDataSource(async (dataSource) => {
      const done = await migrateUp(dataSource, this.options());
      await this.makePartitions(dataSource);
      return done;
    });
  }

  /**
   * Reverts the latest `steps` migrations and deletes their data. Returns their names, latest first.
   * @throws ServerRunningError (409), because a running server would fail without its tables
   */
  async down(steps: number): Promise<string[]> {
    const { target } = this.config.database;
    if (target.type === 'sqlite' && existsSync(target.path)) requireUnusedFile(target.path, NOT_REVERTED);
    return this.withDataSource(async (dataSource) => {
      if (target.type === 'postgresql')
        await requireNoConnections((text) => dataSource.query(text) as Promise<{ n: string }[]>, NOT_REVERTED);
      return migrateDown(dataSource, steps, this.options());
    });
  }

  /** Returns what `down(steps)` would delete, by migration, latest first. Changes nothing. */
  async revertedBy(steps: number): Promise<RevertedData[]> {
    const { target } = this.config.database;
    if (target.type === 'sqlite' && !existsSync(target.path)) return [];
    return this.withDataSource(async (dataSource) => {
      const { applied } = await migrationStatus(dataSource, this.options());
      return findRevertedData(dataSource, applied.slice(-steps).reverse());
    });
  }

  /** Returns the status and changes nothing: it does not create a missing SQLite file. */
  async status(): Promise<MigrationStatus> {
    const {
      database: { target: database },
    } = this.config;
    if (database.type === 'sqlite' && !existsSync(database.path)) {
      return { applied: [], pending: MIGRATIONS.sqlite.map(({ name }) => name), unknown: [] };
    }
    return this.withDataSource((dataSource) => migrationStatus(dataSource, this.options()));
  }

  /** Runs a transaction outside the migrations, for data that a new database needs in addition to its tables. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.withDataSource((dataSource) => dataSource.transaction(work));
  }

  /** Returns the statements that would make the schema equal to the entities; the list is empty when they agree. */
  async drift(entities: readonly EntityClass[]): Promise<string[]> {
    return this.withDataSource(async (dataSource) => {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      return upQueries.map(({ query }) => query);
    }, entities);
  }

  /** Creates missing partitions of the accepted time span, and of `times`. Returns their names. PostgreSQL only. */
  async ensurePartitions(times: readonly number[] = []): Promise<string[]> {
    if (this.config.database.target.type === 'sqlite') return [];
    return this.withDataSource((dataSource) => this.makePartitions(dataSource, times));
  }

  private async makePartitions(dataSource: DataSource, times: readonly number[] = []): Promise<string[]> {
    if (this.config.database.target.type === 'sqlite') return [];
    return withLock(dataSource, this.options(), async () => {
      const created: string[] = [];
      for (const table of PARTITIONED_TABLES) {
        const rows = (await dataSource.query(ATTACHED_PARTITIONS, [table])) as { name: string }[];
        const attached = new Set(rows.map(({ name }) => name));
        const { retention } = this.config;
        const days = (table === 'metric_events' ? retention.metricsDays : retention.predictionsDays) ?? retention.days;
        const from = Date.now() - (days + 1) * DAY_MS;
        const usual = partitionsFor(table, from, Date.now() + DAYS_AHEAD * DAY_MS);
        for (const partition of [...usual, ...times.flatMap((time) => partitionsFor(table, time, time))]) {
          if (attached.has(partition.name)) continue;
          attached.add(partition.name);
          for (const statement of createPartitionStatements(table, partition)) await dataSource.query(statement);
          created.push(partition.name);
        }
      }
      return created;
    });
  }

  private options(): RunnerOptions {
    return {
      migrationsTable: MIGRATIONS_TABLE,
      tables: TABLES,
      openLock: (path) => new BetterSqlite3(path, { timeout: 0 }),
      onWait: this.onWait,
    };
  }

  private async withDataSource<T>(
    work: (dataSource: DataSource) => Promise<T>,
    entities?: readonly EntityClass[],
  ): Promise<T> {
    const deadline = performance.now() + this.maxLockWaitMs;
    for (;;) {
      try {
        return await this.runOnce(work, entities);
      } catch (error) {
        if (!(error instanceof DatabaseLockedError) || performance.now() > deadline) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  private async runOnce<T>(
    work: (dataSource: DataSource) => Promise<T>,
    entities: readonly EntityClass[] | undefined,
  ): Promise<T> {
    const {
      database: { target: database },
    } = this.config;
    const dataSource = createDataSource(this.config, 'migrate', entities);
    try {
      if (database.type === 'sqlite') {
        mkdirSync(dirname(database.path), { recursive: true, mode: 0o700 });
        refuseForeignFile(database.path);
      }
      await dataSource.initialize();
      return await work(dataSource);
    } catch (error) {
      if (error instanceof ForeignTables) throw new ForeignTablesError(error.tables);
      if (error instanceof LockTimeout) throw new MigrationLockedError();
      throw toDatabaseError((error as { driverError?: unknown }).driverError ?? error);
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
    }
  }
}

/** Checks a file read-only before it is opened, because opening would switch a file of another program to WAL. */
function refuseForeignFile(path: string): void {
  if (!existsSync(path)) return;
  const connection = new BetterSqlite3(path, { readonly: true, timeout: 0 });
  try {
    const names = connection
      .prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
      .all()
      .map((row) => (row as { name: string }).name);
    const foreign = names.filter((name) => TABLES.includes(name)).sort();
    if (!names.includes(MIGRATIONS_TABLE) && foreign.length > 0) throw new ForeignTables(foreign);
  } finally {
    connection.close();
  }
}
