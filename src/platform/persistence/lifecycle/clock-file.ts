import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { ServerClock } from '#kernel';

const FILE = 'clock.json';
/** Precision of the machine's uptime, twice. */
const UPTIME_MS = 20;
/** As in `ServerClock`. */
const DRIFT = 0.0007;
/** A machine that was started again had time to become wrong by more than before. */
const REBOOT_MS = 1000;

/** The time at one moment, and what a later run needs to continue it. */
interface SavedClock {
  time: number;
  uncertainty_ms: number;
  /** System clock, in milliseconds since 1970. */
  wall: number;
  /** Identifies the start of the machine; null where the system does not tell. */
  boot: string | null;
  /** Seconds since that start, suspended time included. */
  uptime: number;
}

/** Keeps the time in the data folder, so that a server that starts while the database is away knows it. */
export class ClockFile {
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, FILE);
  }

  /**
   * Continues the saved time. During the same start of the machine, it is carried by the machine's uptime, whatever the
   * system clock says. After another start, the system clock is taken to be as wrong as before, or right.
   * @throws the errors of reading; `ENOENT` if there is no file yet
   */
  resume(clock: ServerClock): void {
    const saved = JSON.parse(readFileSync(this.path, 'utf8')) as SavedClock;
    const boot = bootId();
    const passed = (uptime() - saved.uptime) * 1000;
    if (boot !== null && boot === saved.boot && passed >= 0) {
      clock.resume(saved.time + passed, saved.uncertainty_ms + UPTIME_MS + passed * DRIFT);
      return;
    }
    const offset = saved.time - saved.wall;
    clock.resume(Date.now() + offset, saved.uncertainty_ms + Math.abs(offset) + REBOOT_MS);
  }

  /** @throws the errors of the file system */
  async save(clock: ServerClock): Promise<void> {
    const saved: SavedClock = {
      time: clock.now(),
      uncertainty_ms: clock.uncertaintyMs,
      wall: Date.now(),
      boot: bootId(),
      uptime: uptime(),
    };
    const temporary = `${this.path}.${process.pid}`;
    try {
      await writeFile(temporary, JSON.stringify(saved), { mode: 0o600 });
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
