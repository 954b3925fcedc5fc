import { codeOf } from '#kernel';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { MIGRATIONS_TABLE } from '#migrations';
import {
  BackupFailedError,
  COPIED_TABLES,
  type CopiedDatabase,
  type CopiedErasure,
  type DatabaseCopier,
  RestoreFailedError,
  ServerRunningError,
} from './database-copier.js';

const BUSY_MS = 10_000;

/** By `VACUUM INTO`: one read transaction that stops no writer, and pages that held deleted rows are not in the copy. */
export class SqliteCopier implements DatabaseCopier {
  readonly fileName = 'database.sqlite';
  readonly compressed = false;

  constructor(private readonly path: string) {}

  async copy(to: string, onProgress: (line: string) => void): Promise<CopiedDatabase> {
    const size = await stat(this.path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) throw new BackupFailedError(`There is no database at ${this.path}.`, 'Look at FL_DB_PATH.');
    onProgress(`copying ${this.path} (${Math.ceil(size / 1_048_576)} MiB)`);
    const source = new BetterSqlite3(this.path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    try {
      // Else the pages of the copy keep what moved on while they were split, and no later deletion reaches it.
      source.pragma('secure_delete = ON');
      source.prepare('VACUUM INTO ?').run(to);
    } catch (error) {
      await rm(to, { force: true });
      throw new BackupFailedError(
        (error as Error).message,
        'Is there room beside the backup for the whole database?',
        error,
      );
    } finally {
      source.close();
    }
    onProgress('checking the copy');
    return this.checked(to);
  }

  async look(): Promise<CopiedDatabase | undefined> {
    const found = await stat(this.path).catch(() => undefined);
    return found === undefined || found.size === 0 ? undefined : describe(this.path);
  }

  async erasures(): Promise<CopiedErasure[]> {
    if ((await this.look())?.rows.erasures === undefined) return [];
    const database = new BetterSqlite3(this.path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    try {
      return database.prepare('SELECT tenant_id, subject_hash, requested_at FROM erasures').all() as CopiedErasure[];
    } finally {
      database.close();
    }
  }

  async restore(from: string, onProgress: (line: string) => void): Promise<string | null> {
    try {
      await this.checked(from);
    } catch (error) {
      throw new RestoreFailedError(`The copy is damaged: ${(error as Error).message}`, undefined, error);
    }
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.restoring`;
    await copyFile(from, draft);
    await synced(draft);
    const former = await this.putAside();
    if (former) onProgress(`what was there is kept as ${former}`);
    await rename(draft, this.path);
    await synced(dirname(this.path));
    return former;
  }

  /** With its companions, in which committed rows may be. @throws ServerRunningError */
  private async putAside(): Promise<string | null> {
    const former = `${this.path}.before-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
    const isThere = (await stat(this.path).catch(() => undefined)) !== undefined;
    if (isThere) this.takeAlone();
    // A companion that is left behind would be replayed over what is restored.
    for (const end of ['-journal', '-wal', '-shm', ''])
      await rename(`${this.path}${end}`, `${former}${end}`).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    return isThere ? former : null;
  }

  /** Whoever has the file open would go on writing into what is put aside. */
  private takeAlone(): void {
    const current = new BetterSqlite3(this.path, { timeout: 0 });
    try {
      // Leaving WAL mode needs the file alone, and takes everything out of the WAL.
      current.pragma('journal_mode = DELETE');
    } catch (error) {
      if (codeOf(error)?.startsWith('SQLITE_BUSY')) throw new ServerRunningError(`A process has ${this.path} open.`);
      // Not a database any more: that is what restoring is for.
    } finally {
      current.close();
    }
  }

  private async checked(path: string): Promise<CopiedDatabase> {
    const copy = new BetterSqlite3(path, { fileMustExist: true });
    try {
      const problems = copy.pragma('integrity_check', { simple: true }) as string;
      if (problems !== 'ok') throw new BackupFailedError(`The copy is damaged: ${problems}`);
      if ((copy.pragma('foreign_key_check') as unknown[]).length > 0)
        throw new BackupFailedError('Rows of the copy name others that are not there.');
    } finally {
      copy.close();
    }
    await synced(path);
    return describe(path);
  }
}

function describe(path: string): CopiedDatabase {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  try {
    return database.transaction(() => {
      const there = new Set(
        database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[],
      );
      const tables = COPIED_TABLES.filter((table) => there.has(table));
      const count = (table: string): number =>
        database.prepare(`SELECT COUNT(*) FROM "${table}"`).pluck().get() as number;
      return {
        rows: Object.fromEntries(tables.map((table) => [table, count(table)])),
        migrations: there.has(MIGRATIONS_TABLE)
          ? (database.prepare(`SELECT name FROM "${MIGRATIONS_TABLE}" ORDER BY id`).pluck().all() as string[])
          : [],
      };
    })();
  } finally {
    database.close();
  }
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
