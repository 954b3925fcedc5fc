import { spawnSync } from 'node:child_process';

/** A folder in memory, where there is one. */
export const TMPFS = '/dev/shm';
const HAS_TMPFS =
  spawnSync('stat', ['--file-system', '--format=%T', TMPFS], { encoding: 'utf8' }).stdout?.trim() === 'tmpfs';

/** A `describe` that is skipped, visibly in the report, on a machine without such a folder. */
export function describeWithTmpfs(title: string, tests: () => void): void {
  if (HAS_TMPFS) describe(title, tests);
  else describe.skip(`${title} (needs a tmpfs at ${TMPFS})`, tests);
}
