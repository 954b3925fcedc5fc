// npm run test:one <pattern>: runs one test file or the tests of one title, unit or system. System tests run dist/, so they build it first.
//
//   npm run test:one src/kernel/kernel.spec.ts        a file
//   npm run test:one votes.spec                       the files whose path contains this
//   npm run test:one "keeps the vote accepted last"   a title, also as Jest prints it: "votes › keeps the vote accepted last"
//   npm run test:one votes.spec -- -t withdraws       further options go to Jest
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

const [pattern, ...options] = process.argv.slice(2);
if (!pattern || pattern.startsWith('-')) {
  console.error('usage: npm run test:one <part of a path | title of a test> [-- options of Jest]');
  process.exit(2);
}

const specs = ['src', 'models', 'test'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);

/** Jest reads titles as regular expressions; a title with parentheses would match nothing. */
const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function select() {
  const path = pattern.replaceAll('\\', '/').replace(/^\.\//, '');
  const byPath = specs.filter((name) => name.includes(path));
  if (byPath.length > 0) return ['--runTestsByPath', ...byPath];
  const titles = pattern.split(' › ').map((title) => title.trim());
  const last = titles.at(-1).toLowerCase();
  const byTitle = specs.filter((name) => readFileSync(join(ROOT, name), 'utf8').toLowerCase().includes(last));
  const title = ['--testNamePattern', literally(titles.join(' '))];
  if (byTitle.length > 0) return ['--runTestsByPath', ...byTitle, ...title];
  console.error(`No test file has "${pattern}" in its path or its text: looking for computed titles in all of them.`);
  return title;
}

const { status } = spawnSync(process.execPath, [JEST, ...select(), ...options], { cwd: ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;
