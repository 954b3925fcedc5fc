import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'commit-message.mjs');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'feedback-loop-messages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(...args: string[]): { status: number | null; stderr: string; stdout: string } {
  const { status, stderr, stdout } = spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stderr, stdout };
}

function checkMessage(message: string): { status: number | null; stderr: string } {
  const file = join(folder, 'COMMIT_EDITMSG');
  writeFileSync(file, message);
  return check(file);
}

describe('a commit message', () => {
  it.each([
    'fix(webhooks): keep the order of deliveries',
    'feat(persistence/sqlite)!: open the database read-only\n\nTwo processes wrote to it.\n',
    `docs(api): ${'x'.repeat(72 - 'docs(api): '.length)}`,
    'Merge branch "main" into webhooks',
    'Revert "fix(webhooks): keep the order of deliveries"',
    'fixup! fix(webhooks): keep the order of deliveries',
    '\n# Please enter the commit message\nfix(cli): print the address\n# On branch main\n',
    'fix(cli): print the address\n# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n',
  ])('passes: %j', (message) => {
    expect(checkMessage(message)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['Fix the order of deliveries', 'must read `type(scope): subject`'],
    ['fix: keep the order', 'must read `type(scope): subject`'],
    ['fixes(webhooks): keep the order', 'the type "fixes" is not one of'],
    ['fix(Web Hooks): keep the order', 'the scope "Web Hooks" must be lower-case words'],
    ['fix(webhooks): ', 'must read `type(scope): subject`'],
    ['fix(webhooks): keep the order.', 'must not end with a period'],
    ['fix(webhooks): keep the order\nof deliveries', 'the second line must be blank'],
    [`docs(api): ${'x'.repeat(73 - 'docs(api): '.length)}`, 'has 73 characters; at most 72'],
    ['\n# only comments\n', 'the message is empty'],
  ])('fails: %j', (message, problem) => {
    const { status, stderr } = checkMessage(message);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(problem) });
  });
});

describe('the commits of a branch', () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  const commit = (message: string, ...args: string[]): string =>
    git('commit', '-q', '--no-verify', '--allow-empty', '-m', message, ...args);

  it('are checked, but not the history before it', () => {
    git('init', '-q', '-b', 'main');
    commit('Everything so far');
    git('switch', '-q', '-c', 'work');
    commit('fix(cli): print the address');
    expect(check('--branch', 'main')).toMatchObject({ status: 0 });

    commit('chore(deps): bump everything', '--author=dependabot[bot] <bot@example.com>');
    expect(check('--range', 'main..work')).toMatchObject({ status: 0 });

    commit('fixup! fix(cli): print the address');
    commit('Print more');
    const { status, stderr } = check('--range', 'main..work');
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^[0-9a-f]+: squash it first: fixup! fix\(cli\)/),
      expect.stringMatching(/^[0-9a-f]+: the first line must read `type\(scope\): subject`: Print more$/),
    ]);
  });

  it('are not checked where the base is unknown, as in a shallow clone', () => {
    expect(check('--branch', 'origin/main')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('not checked'),
    });
  });
});
