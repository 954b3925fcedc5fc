import { codeOf } from '#kernel';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { MIGRATIONS_TABLE } from '#migrations';
import {
  BackupFailedError,
  COPIED_TABLES,
  type CopiedDatabase,
  type CopiedErasure,
  type DatabaseCopier,
  type DatabaseIdentity,
  identityOf,
  NOT_RESTORED,
  RestoreFailedError,
} from './database-copier.js';
import { requireUnusedFile } from '../lifecycle/running-servers.js';

const BUSY_TIMEOUT_MS = 10_000;

/** Uses `VACUUM INTO`: one read transaction that blocks no writer, and a copy without the pages of deleted rows. */
export class SqliteCopier implements DatabaseCopier {
  readonly fileName = 'database.sqlite';
  readonly compressed = false;

  constructor(private readonly path: string) {}

  async copy(to: string, onProgress: (line: string) => void): Promise<CopiedDatabase> {
    const size = await stat(this.path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) throw new BackupFailedError(`There is no database at ${this.path}.`, 'Check FL_DB_PATH.');
    onProgress(`copying ${this.path} (${Math.ceil(size / 1_048_576)} MiB)`);
    const source = new BetterSqlite3(this.path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      // Otherwise the copy would keep data that moved when pages were split, and no later deletion would remove it.
      source.pragma('secure_delete = ON');
      source.prepare('VACUUM INTO ?').run(to);
    } catch (error) {
      await rm(to, { force: true });
      throw new BackupFailedError(
        (error as Error).message,
        'Check that the volume of the backup has room for the whole database.',
        error,
      );
    } finally {
      source.close();
    }
    onProgress('checking the copy');
    return this.verify(to);
  }

  async inspect(): Promise<CopiedDatabase | undefined> {
    const found = await stat(this.path).catch(() => undefined);
    return found === undefined || found.size === 0 ? undefined : describe(this.path);
  }

  async identify(): Promise<DatabaseIdentity> {
    const name = basename(this.path, extname(this.path));
    // A damaged file has no identity; copying it explains why.
    const content = await this.inspect().catch(() => undefined);
    if (content?.rows.tenants === undefined) return identityOf(name, undefined);
    const database = new BetterSqlite3(this.path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const first = database.prepare('SELECT MIN(created_at) FROM tenants').pluck().get() as number | null;
      return identityOf(name, first ?? undefined);
    } finally {
      database.close();
    }
  }

  async erasures(): Promise<CopiedErasure[]> {
    if ((await this.inspect())?.rows.erasures === undefined) return [];
    const database = new BetterSqlite3(this.path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      return database.prepare('SELECT tenant_id, subject_hash, requested_at FROM erasures').all() as CopiedErasure[];
    } finally {
      database.close();
    }
  }

  async restore(from: string, onProgress: (line: string) => void): Promise<string | null> {
    try {
      await this.verify(from);
    } catch (error) {
      throw new RestoreFailedError(`The copy is damaged: ${(error as Error).message}`, undefined, error);
    }
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.restoring`;
    await copyFile(from, draft);
    await syncToDisk(draft);
    const former = await this.setAside();
    if (former) onProgress(`the previous database is kept as ${former}`);
    await rename(draft, this.path);
    await syncToDisk(dirname(this.path));
    return former;
  }

  /** Renames the database with its companion files, which may hold committed rows. @throws ServerRunningError */
  private async setAside(): Promise<string | null> {
    const former = `${this.path}.before-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
    const exists = (await stat(this.path).catch(() => undefined)) !== undefined;
    // A running server would continue to write into the renamed file.
    if (exists) requireUnusedFile(this.path, NOT_RESTORED);
    // A companion file that stays would be replayed over the restored database.
    for (const end of ['-journal', '-wal', '-shm', ''])
      await rename(`${this.path}${end}`, `${former}${end}`).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    return exists ? former : null;
  }

  private async verify(path: string): Promise<CopiedDatabase> {
    const copy = new BetterSqlite3(path, { fileMustExist: true });
    try {
      const problems = copy.pragma('integrity_check', { simple: true }) as string;
      if (problems !== 'ok') throw new BackupFailedError(`The copy is damaged: ${problems}`);
      if ((copy.pragma('foreign_key_check') as unknown[]).length > 0)
        throw new BackupFailedError('Rows of the copy refer to rows that are missing.');
    } finally {
      copy.close();
    }
    await syncToDisk(path);
    return describe(path);
  }
}

function describe(path: string): CopiedDatabase {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    return database.transaction(() => {
      const existing = new Set(
        database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[],
      );
      const tables = COPIED_TABLES.filter((table) => existing.has(table));
      const count = (table: string): number =>
        database.prepare(`SELECT COUNT(*) FROM "${table}"`).pluck().get() as number;
      return {
        rows: Object.fromEntries(tables.map((table) => [table, count(table)])),
        migrations: existing.has(MIGRATIONS_TABLE)
          ? (database.prepare(`SELECT name FROM "${MIGRATIONS_TABLE}" ORDER BY id`).pluck().all() as string[])
          : [],
      };
    })();
  } finally {
    database.close();
  }
}

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
