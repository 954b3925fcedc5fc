import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runCli } from '../../support/cli.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { ROOT } from '../../support/server-process.js';

const DAY = 86_400_000;
const EXPIRED = 3000;
const RUN = ['retention', 'run', '--kind', 'feedback', '--tenant', 'default', '--json'];

/** The server only makes the tenant and the tables: the commands are processes that are killed or run together. */
onBothDatabasesInProcess(
  'three runs of retention',
  ({ api, database, dialect }) => {
    const time = (ms: number) => (dialect === 'sqlite' ? String(ms) : `'${new Date(ms).toISOString()}'`);
    const countOf = async (where: string) =>
      Number(
        (await database.query<{ n: unknown }>(`SELECT COUNT(*) AS n FROM feedback_submissions WHERE ${where}`))[0]!.n,
      );
    const run = () => runCli(RUN, database.environment, database.folder);

    async function insertExpired(): Promise<void> {
      const rows = Array.from({ length: EXPIRED }, (_, i) => {
        const at = time(Date.now() - 300 * DAY - i);
        return `('${crypto.randomUUID()}', '00000000-0000-7000-8000-000000000001', 's', 'bulk', 'd', 'u', 't', 'none', false, false, ${at}, false, false, 1, 'd')`;
      });
      const columns =
        'id, tenant_id, session_id, category, description, url, timestamp, link, has_screenshot, has_annotation, created_at, is_read, is_archived, version, search_text';
      await database.query(`INSERT INTO feedback_submissions (${columns}) VALUES ${rows.join(', ')}`);
    }

    /** Resolves when the command has begun to delete, was killed, and has ended. */
    async function runUntilKilled(): Promise<NodeJS.Signals | null> {
      const child = spawn(process.execPath, [join(ROOT, 'bin', 'feedback-loop.js'), ...RUN], {
        cwd: database.folder,
        env: { PATH: process.env.PATH, ...database.environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('feedback: ')) child.kill('SIGKILL');
      });
      return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    }

    it('delete exactly the expired records, although the first is killed and the others run together', async () => {
      const fresh = await api.feedback.create({
        session_id: 's',
        category: 'bug',
        url: 'https://a.example',
        timestamp: 'now',
        description: 'From today',
      });
      expect(fresh).toMatchObject({ status: 201 });
      await insertExpired();
      expect(await runUntilKilled()).toBe('SIGKILL');
      const left = await countOf("category = 'bulk'");
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(EXPIRED);

      // The others leave its run alone until it has been silent for a minute.
      const tooEarly = await runCliInProcess(RUN, database.environment, database.folder);
      expect(tooEarly.stdout.trim()).toBe('[]');
      const silent = time(Date.now() - 61_000);
      await database.query(`UPDATE retention_runs SET heartbeat_at = ${silent} WHERE finished_at IS NULL`);
      const both = await Promise.all([run(), run()]);
      expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
      const ended = both.flatMap(({ stdout }) => JSON.parse(stdout) as { deleted: number }[]);
      // The run that finishes the one of the dead process counts its records, too.
      expect(ended.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(EXPIRED);
      expect(await countOf("category = 'bulk'")).toBe(0);
      expect(await countOf('1 = 1')).toBe(1);
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
