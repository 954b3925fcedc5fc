import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { ROOT, ServerProcess } from '../support/server-process.js';

const run = promisify(execFile);
const blocksOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!.trim());

/** Commands that are run elsewhere: by a checkout in CI (clone), .ci/run (install and tests) and scripts/smoke.mjs (start). */
const SHOWN_BY_CI = [
  'git clone https://github.com/feedback-loop/feedback-loop && cd feedback-loop',
  'npm ci && npm start',
  'npm ci && npm test',
];

describe('the commands of the documents', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    folder = database.folder;
    // As in a clone: the key is in data/admin.key of the working folder.
    server = await ServerProcess.start({
      ...database,
      environment: { FL_DATA_DIR: join(folder, 'data') },
      folder: join(folder),
    });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const shell = async (command: string, environment: Record<string, string> = {}): Promise<string> => {
    const script = command
      .replaceAll('http://127.0.0.1:8000', server.address)
      .replaceAll('npx feedback-loop', `${process.execPath} ${join(ROOT, 'bin', 'feedback-loop.js')}`);
    const { stdout } = await run('bash', ['-euc', script], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
      maxBuffer: 2 ** 26,
    });
    return stdout;
  };

  const readme = blocksOf('README.md');

  it('has the commands of a fresh machine', () => {
    expect(readme).toEqual(expect.arrayContaining(SHOWN_BY_CI));
  });

  it.each(readme.filter((block) => block.startsWith('curl')))('README: %s', async (block) => {
    const answer = JSON.parse(await shell(block)) as { status?: number };
    expect(answer.status).toBeUndefined();
  });

  it('README: the demo', async () => {
    expect(readme).toContain('npx feedback-loop demo');
    expect(await shell('npx feedback-loop demo')).toContain('300 predictions');
  });

  it('README: PostgreSQL', async () => {
    const block = readme.find((each) => each.includes('export FL_DB_URI'))!;
    const lines = block.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^export FL_DB_URI=postgresql:/),
      'npx feedback-loop migrate up',
      'npm start',
    ]);
    const postgres = await createTestDatabase('postgresql', false);
    const uri = postgres.environment.FL_DB_URI!;
    expect(await shell(`export FL_DB_URI='${uri}' FL_DATA_DIR='${postgres.folder}'\n${lines[1]}`)).toContain(
      'Applied:',
    );
    const started = await ServerProcess.start(postgres);
    expect((await started.request('/health', { key: null })).body).toEqual({ status: 'healthy' });
    await started.stop();
    await postgres.drop();
  });

  it('README: every block is one of these', () => {
    const rest = readme.filter(
      (block) =>
        !block.startsWith('curl') &&
        !SHOWN_BY_CI.includes(block) &&
        block !== 'npx feedback-loop demo' &&
        !block.includes('export FL_DB_URI'),
    );
    expect(rest).toEqual([]);
  });

  it('S4-27 docs/api.md: every curl is answered as it says', async () => {
    const line = (label: string): string =>
      JSON.stringify({ model: 'router', model_version: '7', label, confidence: 0.5 });
    writeFileSync(join(folder, 'predictions.ndjson'), `${line('a')}\n${line('b')}\n`);
    const made = (
      await server.request<{ id: string }>('/api/v1/predict', {
        key: readFileSync(join(folder, 'data', 'admin.key'), 'utf8').trim(),
        body: { text: 'x' },
      })
    ).body;
    for (const block of blocksOf('docs/api.md')) {
      const script = block
        .replaceAll('curl -s', "curl -s -o /dev/null -w '%{http_code}\\n'")
        .replaceAll('01a20107-50ec-7019-a4a3-a30b80bab00a', made.id);
      const codes = (await shell(`KEY="$(cat data/admin.key)"; URL=http://127.0.0.1:8000\n${script}`))
        .trim()
        .split('\n');
      expect(codes.filter((code) => code !== '200' && code !== '201')).toEqual([]);
    }
  });

  it('S4-27 docs/operations.md: the migration commands', async () => {
    const block = blocksOf('docs/operations.md').find((each) => each.includes('migrate status'))!;
    const own = await createTestDatabase('sqlite', false);
    await shell(block.split('\n').slice(1).join('\n'), own.environment);
  });

  it('S1-60 docs/operations.md: backups, files out and in', async () => {
    const own = await createTestDatabase('sqlite');
    await (await ServerProcess.start(own)).stop();
    const blocks = blocksOf('docs/operations.md').filter(
      (each) => /backup|export/.test(each) && !each.includes('spool'),
    );
    expect(blocks).toHaveLength(3);
    for (const block of blocks) await shell(block, own.environment);
    expect(await shell(blocksOf('docs/compatibility.md')[0]!)).toContain('--from <database>');
  });

  it('link only to what is there, headings included', () => {
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
      .split('\n')
      .filter((name) => name !== '' && existsSync(join(ROOT, name)));
    const anchorsOf = (file: string): Set<string> =>
      new Set(
        [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) =>
          match[1]!
            .toLowerCase()
            .replace(/[^\w\- ]/g, '')
            .replaceAll(' ', '-'),
        ),
      );
    const broken = files.flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]*))?\)/g)].flatMap(
        ([, target, anchor]) => {
          const path = target === '' ? file : join(dirname(file), target!);
          if (!existsSync(join(ROOT, path))) return [`${file} → ${target}`];
          return anchor === undefined || anchorsOf(path).has(anchor) ? [] : [`${file} → ${target}#${anchor}`];
        },
      ),
    );
    expect([files.length > 25, broken]).toEqual([true, []]);
  });
});
