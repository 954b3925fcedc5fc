import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSource, EntityManager } from 'typeorm';
import { Mutex, sleep } from '#kernel';
import type { FeedbackLoopConfig } from '#config';
import type { Metrics } from '#observability';
import type { BulkGroup, Database, PoolStats, WriteSession } from '../contract/database.js';
import type { DurabilityRisk } from '../durability/durability-risk.js';
import { sqliteRisks } from '../durability/folder-risks.js';
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
const MAX_LOCK_ATTEMPTS = 20;
/** 1 MiB; reclaiming it takes a few milliseconds. */
const VACUUM_PAGES = 256;

/**
 * SQLite with one writer at a time.
 *
 * - TypeORM shares one connection between all requests, so a rollback of one request would undo acknowledged inserts of
 *   others; therefore every write takes the same lock in this process
 * - group commits run in the thread of the writer and administrative transactions on TypeORM's connection, never at the
 *   same time
 * - reads use read-only connections in threads of their own
 */
export class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  private readonly lease = new Mutex();
  private readonly writer: SqliteWorkerClient;
  private readonly reader: SqliteWorkerClient;
  /** Separate, so that lookups by key and pings do not queue behind a long list or export. */
  private readonly pointReader: SqliteWorkerClient;
  private readonly path: string;
  /** Separate from TypeORM's state, because the last group commit comes after Nest has closed TypeORM's connection. */
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

  async ping(): Promise<undefined> {
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
        const send = this.writer.pinned();
        await send({ kind: 'exec', sql: 'BEGIN IMMEDIATE' }, timeoutMs);
        try {
          const result = await work(sessionOf((body) => send(body, timeoutMs)));
          await send({ kind: 'exec', sql: 'COMMIT' }, timeoutMs);
          return result;
        } catch (error) {
          await send({ kind: 'exec', sql: 'ROLLBACK' }, timeoutMs).catch(() => undefined);
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
          this.resetRunner();
          const mapped = toDatabaseError((error as { driverError?: unknown }).driverError ?? error);
          // Another process has locked the file. Waits without blocking the event loop.
          if (!(mapped instanceof DatabaseLockedError) || attempt >= MAX_LOCK_ATTEMPTS) throw mapped;
          await sleep(25 * attempt);
        }
      }
    });
  }

  /**
   * Discards TypeORM's query runner, which it keeps forever and which counts nested transactions. SQLite rolls back
   * itself when a COMMIT finds the volume full. The count would stay, and every later transaction would be a savepoint
   * outside a transaction, or inside one that never ends.
   */
  private resetRunner(): void {
    const driver = this.dataSource.driver as unknown as {
      databaseConnection: { inTransaction: boolean; exec(sql: string): void };
      queryRunner: unknown;
    };
    if (driver.databaseConnection.inTransaction) driver.databaseConnection.exec('ROLLBACK');
    driver.queryRunner = undefined;
  }

  /** Empties the WAL, which holds previous contents of pages. Does not wait for readers; a later call will succeed. */
  private async truncateWal(): Promise<void> {
    const send = (body: Parameters<SqliteWorkerClient['request']>[0]): Promise<unknown[]> =>
      this.writer.request(body, this.config.database.queryTimeoutMs);
    await this.lease.run(async () => {
      const [state] = await send({ kind: 'query', sql: 'PRAGMA wal_checkpoint(PASSIVE)', values: [] });
      const { busy, checkpointed, log } = state as { busy: number; log: number; checkpointed: number };
      if (busy !== 0 || log !== checkpointed) return;
      await send({ kind: 'exec', sql: 'PRAGMA busy_timeout = 0' });
      try {
        await send({ kind: 'exec', sql: 'PRAGMA wal_checkpoint(TRUNCATE)' });
      } finally {
        await send({ kind: 'exec', sql: `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}` });
      }
    });
  }

  /** Frees few pages per call, because it blocks other writes. Needs a file that was created with incremental vacuum. */
  async compact(): Promise<boolean> {
    if (!this.open) return false;
    const countFree = async (): Promise<number> =>
      Number(
        (await this.query<{ freelist_count: number }>('PRAGMA freelist_count', [], 'health'))[0]?.freelist_count ?? 0,
      );
    const before = await countFree();
    const exec = (sql: `PRAGMA ${string}`): Promise<unknown> =>
      this.lease.run(() => this.writer.request({ kind: 'exec', sql }, this.config.database.queryTimeoutMs));
    if (before > 0) await exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    const after = await countFree();
    if (after > 0 && after < before) return true;
    await this.truncateWal();
    return false;
  }

  async sizeBytes(): Promise<number> {
    return statSync(this.path).size;
  }

  async durabilityRisks(): Promise<DurabilityRisk[]> {
    return sqliteRisks(this.path);
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

/** How long the writer waits for other processes, as set when it opened the file. */
const BUSY_TIMEOUT_MS = 5000;

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

function sessionOf(send: (body: Parameters<SqliteWorkerClient['request']>[0]) => Promise<unknown[]>): WriteSession {
  return {
    insert: async (groups) => {
      await send(toCommit(groups));
    },
    insertNew: async ({ insert, rows: all }) => {
      const rows = insert.effective(all);
      const request = {
        kind: 'queryEach' as const,
        sql: `${insert.sqlite} RETURNING id`,
        rows: insert.forSqlite(rows),
      };
      const inserted = new Set((await send(request)).map((row) => (row as { id: string }).id));
      return rows.filter(({ id }) => inserted.delete(String(id)));
    },
    conflictingIds: async (groups) => {
      const ids: string[] = [];
      for (const { insert, rows } of groups) {
        if (!insert.conflicting) continue;
        const found = await send({
          kind: 'queryEach',
          sql: insert.conflicting.sqlite,
          rows: insert.conflictingForSqlite(rows),
        });
        ids.push(...(found as { id: string }[]).map(({ id }) => id));
      }
      return ids;
    },
    query: async <Row>(text: string, values: readonly unknown[]) => {
      const { sql, bound } = expandParameters(text, values);
      return (await send({ kind: 'query', sql, values: bound })) as Row[];
    },
  };
}

/** Replaces `$1`-style parameters, in any order and number, with SQLite's `?`, each with its own value. */
function expandParameters(text: string, values: readonly unknown[]): { sql: string; bound: unknown[] } {
  const bound: unknown[] = [];
  const sql = text.replace(/\$(\d+)/g, (_, index: string) => {
    const value = values[Number(index) - 1];
    bound.push(typeof value === 'boolean' ? Number(value) : (value ?? null));
    return '?';
  });
  return { sql, bound };
}
