import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Debian and Ubuntu put the library below the folder of the architecture. */
function library(): string | undefined {
  const folder = '/usr/lib';
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(folder, name, 'faketime', 'libfaketime.so.1'))
    .find((path) => existsSync(path));
}

/** Only the wall clock is wrong: a machine whose clock was set wrongly still measures durations correctly. */
function settings(): Record<string, string> {
  return {
    LD_PRELOAD: library() ?? '/usr/lib/none/libfaketime.so.1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
}

/** Environment of a process whose clock is wrong by `offset`, such as `-65m` or `+3s`. */
export function wrongClock(offset: string): Record<string, string> {
  return { ...settings(), FAKETIME: offset };
}

/** A wall clock that the test steps while the process runs. */
export class SteppedClock {
  readonly environment: Record<string, string>;

  constructor(private readonly path: string) {
    this.step('+0');
    this.environment = { ...settings(), FAKETIME_TIMESTAMP_FILE: path, FAKETIME_NO_CACHE: '1' };
  }

  /** Sets the clock of the process to the real time plus `offset`, such as `-65m`. */
  step(offset: string): void {
    writeFileSync(this.path, `${offset}\n`);
  }
}

/** A `describe` that is skipped visibly on a machine without libfaketime. In CI it is never skipped. */
export function describeWithFaketime(title: string, tests: () => void): void {
  if (library() !== undefined || process.env.CI !== undefined) describe(title, tests);
  else describe.skip(`${title} (needs libfaketime: apt-get install faketime)`, tests);
}
