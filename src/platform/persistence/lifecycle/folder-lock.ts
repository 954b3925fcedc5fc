import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { Mutex, sleep } from '#kernel';
import { DatabaseLockedError, toDatabaseError } from '../contract/errors.js';

const FILE = 'folder.lock';
const RETRY_MS = 25;

/**
 * Lets one process at a time work in a folder that several share. SQLite locks a separate file with a lock of the file
 * system, so the lock of a process that dies is released. A network file system must support locks.
 */
export class FolderLock {
  private readonly mutex = new Mutex();

  /** `maxWaitMs`: maximum wait for another process, in milliseconds. */
  constructor(private readonly maxWaitMs = 60_000) {}

  /**
   * Runs `work` while holding the lock. `folder` must exist.
   * @throws DatabaseLockedError when another process holds the lock too long
   * @throws the error of `work`
   */
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
    const deadline = performance.now() + this.maxWaitMs;
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
