// Builds after an install. npm also runs `prepare` before `npx feedback-loop` in a clone, where it must neither build
// under a running server nor fail because the compiler has been pruned.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const isBuilt = existsSync(join(root, 'dist', 'src', 'cli', 'cli.js'));
const canBuild = existsSync(join(root, 'node_modules', 'typescript'));
if (!isBuilt || (canBuild && process.env.npm_command !== 'exec')) {
  const { status } = spawnSync('npm', ['run', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}
