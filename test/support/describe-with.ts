import { spawnSync } from 'node:child_process';

/**
 * Returns a `describe` for tests that run `command`, which npm does not install. A developer's machine without it skips
 * them, visibly in the report; in CI they run, and fail without it.
 */
export function describeWithCommand(
  command: string,
  versionOption: string,
): (title: string, tests: () => void) => void {
  const mustRun = process.env.CI !== undefined || spawnSync(command, [versionOption]).status === 0;
  return (title, tests) => {
    if (mustRun) describe(title, tests);
    else describe.skip(`${title} (needs ${command} on the PATH)`, tests);
  };
}
