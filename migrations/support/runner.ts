import type BetterSqlite3 from 'better-sqlite3';
import type { DataSource, QueryRunner } from 'typeorm';

export interface MigrationStatus {
  applied: string[];
  pending: string[];
  /** Migrations that a later version applied and this one does not know. */
  unknown: string[];
}

export interface RunnerOptions {
  migrationsTable: string;
  tables: readonly string[];
  /** Opens a second SQLite database whose exclusive transaction is the lock. It ends when the process dies. */
  openLock: (path: string) => BetterSqlite3.Database;
  /** Called while waiting for the lock. */
  onWait?: () => void;
  lockTimeoutMs?: number;
}

/** A separate class, so that `src/` can replace it with an error of its own. */
export class ForeignTables extends Error {
  constructor(readonly tables: string[]) {
    super(`foreign tables: ${tables.join(', ')}`);
  }
}
export class LockTimeout extends Error {}

const LOCK_KEY = 4_671_530_017;
const RETRY_MS = 100;
const DEFAULT_LOCK_TIMEOUT_MS = 120_000;

const isSqlite = (dataSource: DataSource): boolean => dataSource.options.type === 'better-sqlite3';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Applies all pending migrations, each in its own transaction, while other processes wait. Returns their names. */
export async function migrateUp(dataSource: DataSource, options: RunnerOptions): Promise<string[]> {
  return withLock(dataSource, options, async () => {
    await refuseForeignTables(dataSource, options);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  });
}

/** Reverts the latest `steps` migrations. Returns their names, latest first. */
export async function migrateDown(dataSource: DataSource, steps: number, options: RunnerOptions): Promise<string[]> {
  return withLock(dataSource, options, async () => {
    const reverted: string[] = [];
    for (let step = 0; step < steps; step++) {
      const { applied } = await migrationStatus(dataSource, options);
      const last = applied.at(-1);
      if (last === undefined) break;
      await dataSource.undoLastMigration({ transaction: 'each' });
      reverted.push(last);
    }
    return reverted;
  });
}

export async function migrationStatus(
  dataSource: DataSource,
  { migrationsTable }: Pick<RunnerOptions, 'migrationsTable'>,
): Promise<MigrationStatus> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const runner = dataSource.createQueryRunner();
  try {
    const exists = await existingTables(runner, [migrationsTable]);
    const rows =
      exists.length === 0
        ? []
        : ((await runner.query(`SELECT name FROM "${migrationsTable}" ORDER BY id`)) as { name: string }[]);
    const applied = rows.map(({ name }) => name);
    return {
      applied,
      pending: known.filter((name) => !applied.includes(name)),
      unknown: applied.filter((name) => !known.includes(name)),
    };
  } finally {
    await runner.release();
  }
}

async function refuseForeignTables(dataSource: DataSource, options: RunnerOptions): Promise<void> {
  const { applied } = await migrationStatus(dataSource, options);
  if (applied.length > 0) return;
  const runner = dataSource.createQueryRunner();
  try {
    const found = await existingTables(runner, options.tables);
    if (found.length > 0) throw new ForeignTables(found);
  } finally {
    await runner.release();
  }
}

async function existingTables(runner: QueryRunner, names: readonly string[]): Promise<string[]> {
  const list = names.map((name) => `'${name}'`).join(', ');
  const text =
    runner.dataSource.options.type === 'better-sqlite3'
      ? `SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name IN (${list}) ORDER BY name`
      : `SELECT relname AS name FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace ` +
        `AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname IN (${list}) ORDER BY relname`;
  return ((await runner.query(text)) as { name: string }[]).map(({ name }) => name);
}

/** Runs `work` while no other process migrates this database. TypeORM has no lock: of eight processes, seven crash. */
export async function withLock<T>(dataSource: DataSource, options: RunnerOptions, work: () => Promise<T>): Promise<T> {
  return isSqlite(dataSource) ? withFileLock(dataSource, options, work) : withAdvisoryLock(dataSource, options, work);
}

async function withAdvisoryLock<T>(dataSource: DataSource, options: RunnerOptions, work: () => Promise<T>): Promise<T> {
  // A session lock on a separate connection, held during all transactions of the run.
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await waitFor(options, async () => {
      const rows = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [LOCK_KEY])) as {
        locked: boolean;
      }[];
      return rows[0]?.locked === true;
    });
    try {
      return await work();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined);
    }
  } finally {
    await runner.release();
  }
}

async function withFileLock<T>(dataSource: DataSource, options: RunnerOptions, work: () => Promise<T>): Promise<T> {
  const lock = options.openLock(`${String(dataSource.options.database)}.migrate-lock`);
  try {
    await waitFor(options, async () => {
      try {
        lock.exec('BEGIN EXCLUSIVE');
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return false;
        throw error;
      }
    });
    return await work();
  } finally {
    lock.close();
  }
}

async function waitFor({ lockTimeoutMs, onWait }: RunnerOptions, tryLock: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + (lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS);
  for (let first = true; !(await tryLock()); first = false) {
    if (first) onWait?.();
    if (Date.now() > deadline) throw new LockTimeout('another process holds the migration lock');
    await sleep(RETRY_MS);
  }
}
