import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '../../support/databases.js';
import { onSqlite } from '../../support/environment.js';
import { ROOT, ServerProcess } from '../../support/server-process.js';

const run = promisify(execFile);
const blocksOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!.trim());

/** Commands that are run elsewhere: by a checkout in CI (clone), .ci/run (install and tests) and scripts/smoke.mjs (start). */
const SHOWN_BY_CI = [
  'git clone https://github.com/feedback-loop/feedback-loop && cd feedback-loop',
  'npm ci && npm start',
  'npm ci && npm test',
];
const README = blocksOf('README.md');

// As in a clone: the key is in data/admin.key of the working folder.
const dataFolder = ({ folder }: { folder: string }) => join(folder, 'data');

onSqlite(
  'the commands of the documents',
  ({ database, server }) => {
    const shell = async (command: string, environment: Record<string, string> = {}): Promise<string> => {
      const script = command
        .replaceAll('http://127.0.0.1:8000', server.address)
        .replaceAll('npx feedback-loop', `${process.execPath} ${join(ROOT, 'bin', 'feedback-loop.js')}`);
      const { stdout } = await run('bash', ['-euc', script], {
        cwd: database.folder,
        env: { PATH: process.env.PATH, ...environment },
        maxBuffer: 2 ** 26,
      });
      return stdout;
    };

    describe('in README.md', () => {
      it('include those for a new machine', () => {
        expect(README).toEqual(expect.arrayContaining(SHOWN_BY_CI));
      });

      it.each(README.filter((block) => block.startsWith('curl')))('succeed: %s', async (block) => {
        const answer = JSON.parse(await shell(block)) as { status?: number };
        expect(answer.status).toBeUndefined();
      });

      it('show the demo', async () => {
        expect(README).toContain('npx feedback-loop demo');
        expect(await shell('npx feedback-loop demo')).toContain('300 predictions');
      });

      it('start a server on PostgreSQL', async () => {
        const block = README.find((each) => each.includes('export FL_DB_URI'))!;
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
        expect((await started.api.health({ key: null })).body).toEqual({ status: 'healthy' });
        await started.stop();
        await postgres.drop();
      });

      it('are all tested here or by CI', () => {
        const rest = README.filter(
          (block) =>
            !block.startsWith('curl') &&
            !SHOWN_BY_CI.includes(block) &&
            block !== 'npx feedback-loop demo' &&
            !block.includes('export FL_DB_URI'),
        );
        expect(rest).toEqual([]);
      });
    });

    // S4-27
    it('in docs/api.md succeed', async () => {
      const key = readFileSync(join(dataFolder(database), 'admin.key'), 'utf8').trim();
      const line = (label: string): string =>
        JSON.stringify({ model: 'router', model_version: '7', label, confidence: 0.5 });
      writeFileSync(join(database.folder, 'predictions.ndjson'), `${line('a')}\n${line('b')}\n`);
      const { body } = await server.api.predict({ text: 'x' }, { key });
      for (const block of blocksOf('docs/api.md')) {
        const script = block
          .replaceAll('curl -s', "curl -s -o /dev/null -w '%{http_code}\\n'")
          .replaceAll('01a20107-50ec-7019-a4a3-a30b80bab00a', String(body.id));
        const statuses = (await shell(`KEY="$(cat data/admin.key)"; URL=http://127.0.0.1:8000\n${script}`)).trim();
        const failed = statuses.split('\n').filter((status) => status !== '200' && status !== '201');
        expect({ block, failed }).toEqual({ block, failed: [] });
      }
    });

    // S4-27
    it('in docs/operations.md migrate a database', async () => {
      const block = blocksOf('docs/operations.md').find((each) => each.includes('migrate status'))!;
      const own = await createTestDatabase('sqlite', false);
      await shell(block.split('\n').slice(1).join('\n'), own.environment);
    });

    // S1-60
    it('in docs/operations.md back up, export and import, and docs/compatibility.md names its option', async () => {
      const own = await createTestDatabase('sqlite');
      await shell('npx feedback-loop migrate up', own.environment);
      const blocks = blocksOf('docs/operations.md').filter(
        (each) => /backup|export/.test(each) && !each.includes('spool'),
      );
      expect(blocks).toHaveLength(3);
      for (const block of blocks) await shell(block, own.environment);
      expect(await shell(blocksOf('docs/compatibility.md')[0]!)).toContain('--from <database>');
    });
  },
  { settings: (database) => ({ FL_DATA_DIR: dataFolder(database) }) },
);
