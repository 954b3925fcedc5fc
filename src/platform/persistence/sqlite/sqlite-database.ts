import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSource, EntityManager } from 'typeorm';
import { Mutex, sleep } from '#kernel';
import type { FeedbackLoopConfig } from '#config';
import type { Metrics } from '#observability';
import type { BulkGroup, Database, PoolStats, WriteSession } from '../contract/database.js';
import { sqliteDialect } from '../contract/dialect.js';
import {
  DatabaseLockedError,
  PersistenceNotReadyError,
  PoolExhaustedError,
  toDatabaseError,
} from '../contract/errors.js';
import type { SqliteGroup } from './sqlite-protocol.js';
import { SqliteWorkerClient } from './sqlite-worker-client.js';

const MAX_WAITING_READS = 200;
const LOCK_ATTEMPTS = 20;
/** 1 MiB, some milliseconds. */
const VACUUM_PAGES = 256;

/**
 * SQLite with one writer at a time.
 *
 * TypeORM shares one connection between all requests, so that a rollback of one undoes the acknowledged inserts of others.
 * Here every write takes the same in-process lease: group commits run in the writer's thread, administrative transactions on
 * TypeORM's connection, never both. Reads have a read-only connection in a thread of their own.
 */
export class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  private readonly lease = new Mutex();
  private readonly writer: SqliteWorkerClient;
  private readonly reader: SqliteWorkerClient;
  /** Point look-ups and pings do not queue behind a long list or export. */
  private readonly pointReader: SqliteWorkerClient;
  private readonly path: string;
  /** Ours, not TypeORM's: the last group commit comes after Nest has closed TypeORM's connection. */
  private open = false;

  constructor(
    readonly dataSource: DataSource,
    private readonly config: Readonly<FeedbackLoopConfig>,
    private readonly metrics: Metrics,
  ) {
    if (config.database.target.type !== 'sqlite') throw new Error('not a SQLite configuration');
    this.path = config.database.target.path;
    this.writer = new SqliteWorkerClient({ path: this.path, role: 'writer' });
    this.reader = new SqliteWorkerClient({ path: this.path, role: 'reader' });
    this.pointReader = new SqliteWorkerClient({ path: this.path, role: 'reader' });
  }

  async connect(): Promise<void> {
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      if (!this.dataSource.isInitialized) await this.dataSource.initialize();
      this.open = true;
    } catch (error) {
      throw toDatabaseError((error as { driverError?: unknown }).driverError ?? error);
    }
  }

  async close(): Promise<void> {
    await this.lease.run(async () => {
      this.open = false;
      await Promise.all([this.writer.close(), this.reader.close(), this.pointReader.close()]);
      if (this.dataSource.isInitialized) await this.dataSource.destroy();
    });
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1', [], 'health');
  }

  async commit(groups: readonly BulkGroup[]): Promise<void> {
    if (!this.open) throw new PersistenceNotReadyError();
    const request = toCommit(groups);
    await this.observed('ingest', () =>
      this.lease.run(() => this.writer.request(request, this.config.database.queryTimeoutMs + 5000)),
    );
  }

  async write<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    if (!this.open) throw new PersistenceNotReadyError();
    const timeoutMs = this.config.database.queryTimeoutMs + 5000;
    return this.observed('ingest', () =>
      this.lease.run(async () => {
        const ask = this.writer.pinned();
        await ask({ kind: 'exec', sql: 'BEGIN IMMEDIATE' }, timeoutMs);
        try {
          const result = await work(sessionOf((body) => ask(body, timeoutMs)));
          await ask({ kind: 'exec', sql: 'COMMIT' }, timeoutMs);
          return result;
        } catch (error) {
          await ask({ kind: 'exec', sql: 'ROLLBACK' }, timeoutMs).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  async read<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.reader.waiting >= MAX_WAITING_READS) throw new PoolExhaustedError();
    return this.query<Row>(text, values, 'analytics');
  }

  analyze<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.read<Row>(text, values);
  }

  analyzesAsOf(): null {
    return null;
  }

  replicas(): [] {
    return [];
  }

  async lookup<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.query<Row>(text, values, 'lookup');
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (!this.dataSource.isInitialized) throw new PersistenceNotReadyError();
    return this.lease.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.dataSource.transaction(work);
        } catch (error) {
          this.renewRunner();
          const mapped = toDatabaseError((error as { driverError?: unknown }).driverError ?? error);
          // Another process holds the file: wait without blocking the event loop.
          if (!(mapped instanceof DatabaseLockedError) || attempt >= LOCK_ATTEMPTS) throw mapped;
          await sleep(25 * attempt);
        }
      }
    });
  }

  /**
   * TypeORM keeps one runner for ever and counts how deep its transactions are. SQLite rolls back by itself when a COMMIT finds the
   * volume full: the count would stay, and every later transaction would be a savepoint in none, or in one that never ends.
   */
  private renewRunner(): void {
    const driver = this.dataSource.driver as unknown as {
      databaseConnection: { inTransaction: boolean; exec(sql: string): void };
      queryRunner: unknown;
    };
    if (driver.databaseConnection.inTransaction) driver.databaseConnection.exec('ROLLBACK');
    driver.queryRunner = undefined;
  }

  /** In the WAL stands what pages were before. Nobody is waited for: while a reader needs it, another time will do. */
  private async emptyWal(): Promise<void> {
    const ask = (body: Parameters<SqliteWorkerClient['request']>[0]): Promise<unknown[]> =>
      this.writer.request(body, this.config.database.queryTimeoutMs);
    await this.lease.run(async () => {
      const [state] = await ask({ kind: 'query', sql: 'PRAGMA wal_checkpoint(PASSIVE)', values: [] });
      const { busy, checkpointed, log } = state as { busy: number; log: number; checkpointed: number };
      if (busy !== 0 || log !== checkpointed) return;
      await ask({ kind: 'exec', sql: 'PRAGMA busy_timeout = 0' });
      try {
        await ask({ kind: 'exec', sql: 'PRAGMA wal_checkpoint(TRUNCATE)' });
      } finally {
        await ask({ kind: 'exec', sql: `PRAGMA busy_timeout = ${BUSY_MS}` });
      }
    });
  }

  /** A few pages at a time: nobody else writes meanwhile. A file that was made without incremental vacuum keeps its free pages. */
  async compact(): Promise<boolean> {
    if (!this.open) return false;
    const free = async (): Promise<number> =>
      Number(
        (await this.query<{ freelist_count: number }>('PRAGMA freelist_count', [], 'health'))[0]?.freelist_count ?? 0,
      );
    const before = await free();
    const exec = (sql: `PRAGMA ${string}`): Promise<unknown> =>
      this.lease.run(() => this.writer.request({ kind: 'exec', sql }, this.config.database.queryTimeoutMs));
    if (before > 0) await exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    const after = await free();
    if (after > 0 && after < before) return true;
    await this.emptyWal();
    return false;
  }

  async sizeBytes(): Promise<number> {
    return statSync(this.path).size;
  }

  pools(): PoolStats[] {
    const stats = (pool: string, waiting: number): PoolStats => ({
      pool,
      size: 1,
      total: this.open ? 1 : 0,
      idle: waiting === 0 ? 1 : 0,
      waiting: Math.max(0, waiting - 1),
    });
    return [
      stats('ingest', this.writer.waiting),
      stats('analytics', this.reader.waiting),
      stats('lookup', this.pointReader.waiting),
    ];
  }

  private async query<Row>(
    text: string,
    values: readonly unknown[],
    pool: 'analytics' | 'lookup' | 'health',
  ): Promise<Row[]> {
    if (!this.open) throw new PersistenceNotReadyError();
    const { sql, bound } = expandParameters(text, values);
    const request = { kind: 'query' as const, sql, values: bound };
    const rows = await this.observed(pool, () =>
      pool === 'analytics'
        ? this.reader.request(request, this.config.database.analyticsTimeoutMs)
        : this.pointReader.request(request, this.config.database.queryTimeoutMs),
    );
    return rows as Row[];
  }

  private async observed<T>(pool: string, work: () => Promise<T>): Promise<T> {
    if (!this.config.database.collectMetrics) return work();
    const started = process.hrtime.bigint();
    let outcome = 'ok';
    try {
      return await work();
    } catch (error) {
      outcome = toDatabaseError(error).code;
      throw error;
    } finally {
      this.metrics.querySeconds.observe({ pool, outcome }, Number(process.hrtime.bigint() - started) / 1e9);
    }
  }
}

/** What the writer waits for other processes, as it opened the file. */
const BUSY_MS = 5000;

type CommitRequest = { kind: 'commit'; groups: SqliteGroup[] };

function toCommit(groups: readonly BulkGroup[]): CommitRequest {
  return {
    kind: 'commit',
    groups: groups.map(({ allNew, insert, rows }) => ({
      sql: insert.sqlite,
      rows: insert.forSqlite(rows),
      ...(allNew ? { allNew } : {}),
    })),
  };
}

function sessionOf(ask: (body: Parameters<SqliteWorkerClient['request']>[0]) => Promise<unknown[]>): WriteSession {
  return {
    insert: async (groups) => {
      await ask(toCommit(groups));
    },
    insertNew: async ({ insert, rows: all }) => {
      const rows = insert.effective(all);
      const request = {
        kind: 'queryEach' as const,
        sql: `${insert.sqlite} RETURNING id`,
        rows: insert.forSqlite(rows),
      };
      const made = new Set((await ask(request)).map((row) => (row as { id: string }).id));
      return rows.filter(({ id }) => made.delete(String(id)));
    },
    takenIds: async (groups) => {
      const ids: string[] = [];
      for (const { insert, rows } of groups) {
        if (!insert.taken) continue;
        const found = await ask({ kind: 'queryEach', sql: insert.taken.sqlite, rows: insert.takenForSqlite(rows) });
        ids.push(...(found as { id: string }[]).map(({ id }) => id));
      }
      return ids;
    },
    query: async <Row>(text: string, values: readonly unknown[]) => {
      const { sql, bound } = expandParameters(text, values);
      return (await ask({ kind: 'query', sql, values: bound })) as Row[];
    },
  };
}

/** `$1`-style parameters, in any order and number, → SQLite's `?`, each with its own value. */
function expandParameters(text: string, values: readonly unknown[]): { sql: string; bound: unknown[] } {
  const bound: unknown[] = [];
  const sql = text.replace(/\$(\d+)/g, (_, index: string) => {
    const value = values[Number(index) - 1];
    bound.push(typeof value === 'boolean' ? Number(value) : (value ?? null));
    return '?';
  });
  return { sql, bound };
}
