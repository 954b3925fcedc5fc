import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { AppError, type Clock, type ClockReading, systemClock } from '#kernel';
import type { FeedbackLoopConfig } from '#config';
import type { Metrics } from '#observability';
import type { BulkRow } from '../contract/bulk-insert.js';
import type { BulkGroup, Database, PoolStats, ReplicaStatus, WriteSession } from '../contract/database.js';
import type { DurabilityRisk } from '../durability/durability-risk.js';
import { postgresRisks } from '../durability/postgres-risks.js';
import { postgresDialect } from '../contract/dialect.js';
import {
  PersistenceNotReadyError,
  PoolExhaustedError,
  toDatabaseError,
  TransactionConflictError,
} from '../contract/errors.js';
import { CombinedStatements } from './combined-statements.js';
import { Replicas } from './replicas.js';
import { DURABLE_COMMIT, isConnectionSuspect, type NamedQuery, PostgresPool, type RunQuery } from './postgres-pool.js';

/** Keeps a long scan from using the cores that other queries need. */
const ONE_PROCESS = '-c max_parallel_workers_per_gather=0';
const CLOCK_QUERY = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS time';

/**
 * PostgreSQL with four pools that cannot starve each other: ingest, analytics, health (one connection), and a small
 * pool of TypeORM for administration.
 */
export class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  private readonly ingest: PostgresPool;
  private readonly analytics: PostgresPool;
  private readonly health: PostgresPool;
  private readonly standbys: Replicas;
  private readonly combined = new CombinedStatements();

  constructor(
    readonly dataSource: DataSource,
    config: Readonly<FeedbackLoopConfig>,
    metrics: Metrics,
    clock: Clock = systemClock,
  ) {
    if (config.database.target.type !== 'postgresql') throw new Error('not a PostgreSQL configuration');
    const { uri } = config.database.target;
    const pool = (
      name: string,
      size: number,
      minimum: number,
      queryTimeoutMs: number,
      sessionOptions?: string,
      address = uri,
    ): PostgresPool =>
      new PostgresPool({
        name,
        uri: address,
        throughPooler: config.database.pooler === 'transaction' && address === uri,
        size,
        minimum,
        queryTimeoutMs,
        ...(sessionOptions ? { sessionOptions } : {}),
        connectTimeoutMs: config.database.connectTimeoutMs,
        lockTimeoutMs: config.database.lockTimeoutMs,
        idleTimeoutMs: config.database.idleTimeoutMs,
        observe: config.database.collectMetrics
          ? (outcome, seconds) => metrics.querySeconds.observe({ pool: name, outcome }, seconds)
          : undefined,
      });
    this.ingest = pool('ingest', config.database.poolSize, config.database.poolMin, config.database.queryTimeoutMs);
    this.analytics = pool(
      'analytics',
      config.database.analyticsPoolSize,
      0,
      config.database.analyticsTimeoutMs,
      ONE_PROCESS,
    );
    this.health = pool('health', 1, 0, Math.min(1000, config.database.queryTimeoutMs));
    const addresses = config.database.replicaUris.map((address, i): [string, PostgresPool] => {
      const name = `replica_${i + 1}`;
      return [
        name,
        pool(name, config.database.analyticsPoolSize, 0, config.database.analyticsTimeoutMs, ONE_PROCESS, address),
      ];
    });
    this.standbys = new Replicas({
      pools: new Map(addresses),
      primary: this.health,
      maxLagMs: config.database.replicaMaxLagMs,
      now: () => clock.now(),
    });
  }

  async connect(): Promise<void> {
    await this.health.query({ text: 'SELECT 1' });
    if (!this.dataSource.isInitialized) await this.dataSource.initialize().catch(rethrow);
    await this.ingest.warmUp();
    this.standbys.start();
  }

  async close(): Promise<void> {
    await this.standbys.stop();
    await Promise.allSettled([this.ingest.close(), this.analytics.close(), this.health.close()]);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  async ping(): Promise<ClockReading> {
    const sentAt = performance.now();
    const [row] = await this.health.query<{ time: number }>({ text: CLOCK_QUERY });
    return { sentAt, receivedAt: performance.now(), time: row?.time ?? NaN };
  }

  async commit(groups: readonly BulkGroup[]): Promise<void> {
    // Groups that may change the same rows cannot be parts of one statement, unless all rows are known to be new.
    if (groups.length === 1 || groups.some(({ allNew }) => allNew))
      await this.ingest.query(this.combined.combine(groups));
    else await this.ingest.transaction((query) => toSession(query).insert(groups));
  }

  async write<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    return this.ingest.transaction((query) => work(toSession(query)));
  }

  async read<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.analytics.query<Row>({ text, values: [...values] });
  }

  async analyze<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const replica = this.standbys.pick();
    if (replica) {
      try {
        return await replica.pool.query<Row>({ text, values: [...values] });
      } catch (error) {
        // A busy replica counts as busy. Any other error, including a conflict with its replay, falls back to the primary.
        if (error instanceof PoolExhaustedError) throw error;
        if (!(error instanceof TransactionConflictError)) this.standbys.reportFailure(replica);
      }
    }
    return this.read<Row>(text, values);
  }

  analyzesAsOf(): number | null {
    return this.standbys.asOf;
  }

  replicas(): ReplicaStatus[] {
    return this.standbys.statuses();
  }

  async lookup<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.ingest.query<Row>({ text, values: [...values] });
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (!this.dataSource.isInitialized) throw new PersistenceNotReadyError();
    const runner = this.dataSource.createQueryRunner() as AdministrationRunner;
    let suspect: Error | undefined;
    try {
      await runner.connect();
      await runner.startTransaction();
      await runner.query(`SELECT ${DURABLE_COMMIT}`);
      const result = await work(runner.manager);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      const cause = (error as { driverError?: unknown }).driverError ?? error;
      suspect = await this.rollBack(runner, cause);
      return rethrow(error);
    } finally {
      // TypeORM would reuse a connection whose statement timed out here; its open transaction would join the next one.
      await runner.releasePostgresConnection(suspect);
    }
  }

  /** Rolls back. Returns the error for which the connection must be destroyed, if there is one. */
  private async rollBack(runner: AdministrationRunner, cause: unknown): Promise<Error | undefined> {
    if (!(cause instanceof AppError) && isConnectionSuspect(cause)) return cause as Error;
    try {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /** Does nothing, because autovacuum reclaims space. */
  async compact(): Promise<boolean> {
    return false;
  }

  async sizeBytes(): Promise<number> {
    const rows = await this.health.query<{ bytes: number }>({
      text: 'SELECT pg_database_size(current_database()) AS bytes',
    });
    return Number(rows[0]?.bytes ?? 0);
  }

  async durabilityRisks(): Promise<DurabilityRisk[]> {
    return postgresRisks((text, values) => this.health.query({ text, values }));
  }

  pools(): PoolStats[] {
    return [this.ingest.stats(), this.analytics.stats(), this.health.stats()];
  }
}

/** TypeORM's query runner for PostgreSQL. Releasing it with an error destroys the connection. */
type AdministrationRunner = QueryRunner & { releasePostgresConnection(error?: Error): Promise<void> };

function toQuery({ insert, rows }: BulkGroup): NamedQuery {
  return { ...insert.postgres, values: [insert.forPostgres(rows)] };
}

function toSession(query: RunQuery): WriteSession {
  return {
    insert: async (groups) => {
      for (const group of groups) await query(toQuery(group));
    },
    insertNew: async ({ insert, rows }) => {
      const { name, text } = insert.postgres;
      const inserted = await query<{ id: string }>({
        name: `${name}_new`,
        text: `${text} RETURNING id`,
        values: [insert.forPostgres(rows)],
      });
      return firstOfEach(insert.effective(rows), new Set(inserted.map(({ id }) => id)));
    },
    conflictingIds: async (groups) => {
      const ids: string[] = [];
      for (const { insert, rows } of groups) {
        if (!insert.conflicting) continue;
        const found = await query<{ id: string }>({
          ...insert.conflicting.postgres,
          values: [insert.forPostgres(rows)],
        });
        ids.push(...found.map(({ id }) => id));
      }
      return ids;
    },
    query: (text, values) => query({ text, values: [...values] }),
  };
}

/** Returns the first row of each id. Of two rows with the same id in a statement, the first one was stored. */
function firstOfEach(rows: readonly BulkRow[], ids: Set<string>): BulkRow[] {
  return rows.filter(({ id }) => ids.delete(String(id)));
}

function rethrow(error: unknown): never {
  throw toDatabaseError((error as { driverError?: unknown }).driverError ?? error);
}
