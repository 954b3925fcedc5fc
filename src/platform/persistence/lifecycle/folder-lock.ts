import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { Mutex, sleep } from '#kernel';
import { DatabaseLockedError, toDatabaseError } from '../contract/errors.js';

const FILE = 'folder.lock';
const RETRY_MS = 25;

/**
 * Lets one of all processes that share a folder work in it at a time. The lock is one of the file system, taken by SQLite on a file of
 * its own: who dies with it lets go of it. A network file system must support locks.
 */
export class FolderLock {
  private readonly mutex = new Mutex();

  /** Waits at most `patienceMs` for another process. */
  constructor(private readonly patienceMs = 60_000) {}

  /** `folder` must be there. @throws DatabaseLockedError when another process kept it too long, and what `work` throws */
  run<T>(folder: string, work: () => Promise<T>): Promise<T> {
    return this.mutex.run(async () => {
      const release = await this.acquire(join(folder, FILE));
      try {
        return await work();
      } finally {
        release();
      }
    });
  }

  private async acquire(path: string): Promise<() => void> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const connection = new BetterSqlite3(path, { timeout: 0 });
      try {
        connection.exec('BEGIN EXCLUSIVE');
        return () => connection.close();
      } catch (thrown) {
        connection.close();
        const error = toDatabaseError(thrown);
        if (!(error instanceof DatabaseLockedError) || performance.now() > deadline) throw error;
        await sleep(RETRY_MS);
      }
    }
  }
}
