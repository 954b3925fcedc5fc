import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const BYTES = 16 * 2 ** 20;
const CHUNK = Buffer.alloc(2 ** 20);
/** Maximum share of the free space. On a small volume the ballast itself could otherwise fill it. */
const MAX_SHARE = 1 / 4;

/**
 * A file that reserves space. On a full volume SQLite can neither insert nor delete, so that the spool could never be
 * emptied unless some space is released.
 */
export class Ballast {
  constructor(private readonly path: string) {}

  /**
   * Creates the file if it is missing and takes at most a quarter of the free space. Never throws: it is a precaution.
   */
  create(): void {
    try {
      if (existsSync(this.path)) return;
      const { bavail, bsize } = statfsSync(dirname(this.path));
      if (BYTES > Number(bavail) * Number(bsize) * MAX_SHARE) return;
      const file = openSync(this.path, 'wx', 0o600);
      try {
        // The file is written completely, because a sparse file takes no space.
        for (let written = 0; written < BYTES; written += CHUNK.length) writeSync(file, CHUNK);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch {
      this.release();
    }
  }

  /** Removes the file. Returns whether it existed. */
  release(): boolean {
    try {
      const existed = existsSync(this.path);
      rmSync(this.path, { force: true });
      return existed;
    } catch {
      return false;
    }
  }
}
