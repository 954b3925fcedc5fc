import { spawnSync } from 'node:child_process';

/** A folder in memory, where there is one. */
export const TMPFS = '/dev/shm';
const HAS_TMPFS =
  spawnSync('stat', ['--file-system', '--format=%T', TMPFS], { encoding: 'utf8' }).stdout?.trim() === 'tmpfs';

/** A `describe` that is left out on a machine without such a folder, and says so in the report. */
export function describeWithTmpfs(title: string, tests: () => void): void {
  if (HAS_TMPFS) describe(title, tests);
  else describe.skip(`${title} (needs a tmpfs at ${TMPFS})`, tests);
}
