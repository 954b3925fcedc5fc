import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const BYTES = 16 * 2 ** 20;
const CHUNK = Buffer.alloc(2 ** 20);
/** The ballast is for volumes that other things fill: on a small one it would be what fills it. */
const MAX_SHARE = 1 / 4;

/**
 * A file that only takes up room, so that there is some to give back: on a full volume SQLite can neither insert nor delete, and a
 * queue there could never be emptied.
 */
export class Ballast {
  constructor(private readonly path: string) {}

  /** Makes it when it is missing and a quarter of the free room is enough for it. Never fails: it is a precaution. */
  make(): void {
    try {
      if (existsSync(this.path)) return;
      const { bavail, bsize } = statfsSync(dirname(this.path));
      if (BYTES > Number(bavail) * Number(bsize) * MAX_SHARE) return;
      const file = openSync(this.path, 'wx', 0o600);
      try {
        // Written, not only reserved: a file of holes takes no room.
        for (let written = 0; written < BYTES; written += CHUNK.length) writeSync(file, CHUNK);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch {
      this.drop();
    }
  }

  /** Gives the room back. Answers whether there was any. */
  drop(): boolean {
    try {
      const there = existsSync(this.path);
      rmSync(this.path, { force: true });
      return there;
    } catch {
      return false;
    }
  }
}
