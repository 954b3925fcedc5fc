import { spawnSync } from 'node:child_process';

/** Prometheus' own tool, which npm does not have. In CI it must be there: without it the test runs, and fails. */
const HAS_PROMTOOL = process.env.CI !== undefined || spawnSync('promtool', ['--version']).status === 0;

/** An `it` that is skipped, visibly in the report, on a developer's machine without promtool. */
export function itWithPromtool(title: string, test: (() => void) | (() => Promise<void>)): void {
  if (HAS_PROMTOOL) it(title, test);
  else it.skip(`${title} (needs promtool on the PATH)`, test);
}
