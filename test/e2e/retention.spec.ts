import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { dataUrl, plain } from '../support/pictures.js';
import { type Answer, ROOT, ServerProcess } from '../support/server-process.js';

interface Retention {
  settings: { kind: string; days: number; own: boolean }[];
  runs: { kind: string; deleted: number; finished_at: string | null }[];
}

const DAY = 86_400_000;
const FEEDBACK = { session_id: 's', category: 'bug', url: 'https://a.example', timestamp: 'now' };

describe.each(DIALECTS)('retention on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    // The server itself does not run it here: the commands do.
    server = await ServerProcess.start(database, { FL_RETENTION_ENABLED: 'false' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const time = (ms: number): string => (dialect === 'sqlite' ? String(ms) : `'${new Date(ms).toISOString()}'`);
  const run = (args: string[], more: Record<string, string> = {}): ReturnType<typeof runCli> =>
    runCli(['retention', 'run', ...args], { ...database.environment, ...more }, database.folder);
  const count = async (table: string, where = '1 = 1'): Promise<number> =>
    Number((await database.query<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`))[0]!.n);
  const log = async (days: number, count_: number, key?: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let i = 0; i < count_; i++) {
      const timestamp = new Date(Date.now() - days * DAY - i * 1000).toISOString();
      const body = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, timestamp };
      const answer = await server.request<{ id: string }>('/api/v1/predictions', { body, ...(key ? { key } : {}) });
      ids.push(answer.body.id);
    }
    return ids;
  };
  const feedback = async (days: number, more: object = {}): Promise<string> => {
    const body = { ...FEEDBACK, description: `From ${days} days ago`, ...more };
    const { id } = (await server.request<{ id: string }>('/api/v1/feedback', { body })).body;
    await database.query(
      `UPDATE feedback_submissions SET created_at = ${time(Date.now() - days * DAY)} WHERE id = '${id}'`,
    );
    return id;
  };

  it('S4-F1 S0-F2 S3-F3 deletes exactly what is past its time, with all that belongs to it, and counts it', async () => {
    const [old] = await log(40, 3);
    const [fresh] = await log(10, 2);
    for (const id of [old!, fresh!]) {
      await server.request(`/api/v1/predictions/${id}/feedback`, { method: 'PUT', body: { correct: true } });
      await server.request('/api/v1/labels', { body: { prediction_id: id, label: 'x', source: 'system' } });
    }
    const gone = await feedback(40, { screenshot: dataUrl(await plain(10, 10)) });
    const kept = await feedback(10);
    const preview = await run(['--days', '30', '--dry-run', '--json']);
    expect(JSON.parse(preview.stdout)).toMatchObject([
      { kind: 'predictions', deleted: 3 },
      { kind: 'feedback', deleted: 1 },
      { kind: 'metrics', deleted: 0 },
    ]);
    expect(await count('predictions')).toBe(5);
    const done = await run(['--days', '30', '--json']);
    expect(JSON.parse(done.stdout)).toMatchObject([
      { kind: 'predictions', deleted: 3 },
      { kind: 'feedback', deleted: 1 },
      { kind: 'metrics', deleted: 0 },
    ]);
    expect([await count('predictions'), await count('prediction_votes'), await count('prediction_labels')]).toEqual([
      2, 1, 1,
    ]);
    expect([await count('feedback_submissions'), await count('feedback_screenshots')]).toEqual([1, 0]);
    expect((await server.request(`/admin/api/feedback/${gone}`)).status).toBe(404);
    expect((await server.request(`/admin/api/feedback/${kept}`)).status).toBe(200);
    const shown = await server.request<Retention>('/admin/api/retention');
    expect(shown.body.runs.map(({ deleted, kind }) => [kind, deleted])).toEqual(
      expect.arrayContaining([
        ['predictions', 3],
        ['feedback', 1],
      ]),
    );
    expect(shown.body.runs.every(({ finished_at }) => finished_at !== null)).toBe(true);
  });

  it('keeps as long as the tenant wants', async () => {
    const tenant = await server.request<{ id: string; admin_key: string }>('/admin/api/tenants', {
      body: { slug: `retention-${dialect}`, name: 'Other' },
    });
    const key = tenant.body.admin_key;
    await log(20, 2, key);
    await log(20, 2);
    const put = (body: object): Promise<Answer<Retention>> =>
      server.request('/admin/api/retention', { key, method: 'PUT', body });
    expect((await put({ predictions: 0 })).status).toBe(422);
    expect((await put({ surprise: 1 })).status).toBe(422);
    expect((await put({})).status).toBe(422);
    const changed = await put({ predictions: 15 });
    expect(changed.body.settings).toEqual([
      { kind: 'predictions', days: 15, own: true },
      { kind: 'feedback', days: 90, own: false },
      { kind: 'metrics', days: 90, own: false },
    ]);
    const mine = await count('predictions', `tenant_id <> '${tenant.body.id}'`);
    expect((await run(['--kind', 'predictions'])).code).toBe(0);
    expect(await count('predictions', `tenant_id = '${tenant.body.id}'`)).toBe(0);
    expect(await count('predictions', `tenant_id <> '${tenant.body.id}'`)).toBe(mine);
    expect((await put({ predictions: null })).body.settings[0]).toEqual({ kind: 'predictions', days: 90, own: false });
  });

  it('S3-F5 writes down what it deletes before, when it is told where', async () => {
    const archive = join(database.folder, 'archive');
    const id = await feedback(200, { api_state: { canary: 'canary-in-the-archive' } });
    expect((await run(['--kind', 'feedback'], { FL_ARCHIVE_DIR: archive })).code).toBe(0);
    const names = readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
    expect(names).toHaveLength(1);
    const path = join(archive, names[0]!);
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { table: string; row: { id: string } });
    expect(lines).toEqual([
      expect.objectContaining({ table: 'feedback_submissions', row: expect.objectContaining({ id }) }),
    ]);
    expect(readFileSync(path, 'utf8')).not.toContain('canary');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await feedback(200);
    const before = await count('feedback_submissions');
    const file = join(database.folder, 'encryption.key');
    expect((await run(['--kind', 'feedback'], { FL_ARCHIVE_DIR: join(file, 'no-folder') })).code).toBe(1);
    expect(await count('feedback_submissions')).toBe(before);
    // The run that could not write is taken up again.
    await database.query(
      `UPDATE retention_runs SET heartbeat_at = ${time(Date.now() - 120_000)} WHERE finished_at IS NULL`,
    );
    expect((await run(['--kind', 'feedback'])).code).toBe(0);
    expect(await count('feedback_submissions')).toBe(before - 1);
  });

  it('one server at a time: a run of a living server is left alone, that of a dead one is finished', async () => {
    await log(60, 4);
    const cutoff = time(Date.now() - 50 * DAY);
    const begin = (heartbeat: number): Promise<unknown[]> =>
      database.query(
        `INSERT INTO retention_runs (id, tenant_id, kind, cutoff, started_at, heartbeat_at, runner, deleted) VALUES ` +
          `('${crypto.randomUUID()}', '00000000-0000-7000-8000-000000000001', 'predictions', ${cutoff}, ${time(Date.now())}, ${time(heartbeat)}, 'another', 7)`,
      );
    await begin(Date.now());
    const before = await count('predictions');
    expect((await run(['--kind', 'predictions', '--tenant', 'default', '--days', '30'])).stdout).toBe('');
    expect(await count('predictions')).toBe(before);
    await database.query(
      `UPDATE retention_runs SET heartbeat_at = ${time(Date.now() - 61_000)} WHERE runner = 'another'`,
    );
    const taken = JSON.parse(
      (await run(['--kind', 'predictions', '--tenant', 'default', '--days', '1', '--json'])).stdout,
    ) as object[];
    // With the cutoff of the first, and its count.
    expect(taken).toMatchObject([{ deleted: 11 }]);
    expect(await count('predictions')).toBe(before - 4);
  });

  it('three at once, one of them killed, delete exactly the expired rows', async () => {
    const expired = 3000;
    const rows = Array.from({ length: expired }, (_, i) => {
      const at = Date.now() - 300 * DAY - i;
      return `('${crypto.randomUUID()}', '00000000-0000-7000-8000-000000000001', 's', 'bulk', 'd', 'u', 't', 'none', false, false, ${time(at)}, false, false, 1, 'd')`;
    });
    const columns =
      'id, tenant_id, session_id, category, description, url, timestamp, link, has_screenshot, has_annotation, created_at, is_read, is_archived, version, search_text';
    await database.query(`INSERT INTO feedback_submissions (${columns}) VALUES ${rows.join(', ')}`);
    const kept = await count('feedback_submissions', "category <> 'bulk'");
    // The first is killed when it has begun to delete.
    const killed = spawn(
      process.execPath,
      [join(ROOT, 'bin', 'feedback-loop.js'), 'retention', 'run', '--kind', 'feedback'],
      {
        cwd: database.folder,
        env: { PATH: process.env.PATH, ...database.environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    await new Promise<void>((resolve) => {
      killed.stderr.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('feedback: ')) killed.kill('SIGKILL');
      });
      killed.once('exit', () => resolve());
    });
    const left = await count('feedback_submissions', "category = 'bulk'");
    expect([killed.signalCode, left > 0, left < expired]).toEqual(['SIGKILL', true, true]);
    // The others leave its run alone until it has been silent for a minute.
    expect((await run(['--kind', 'feedback', '--tenant', 'default', '--json'])).stdout.trim()).toBe('[]');
    await database.query(
      `UPDATE retention_runs SET heartbeat_at = ${time(Date.now() - 61_000)} WHERE finished_at IS NULL`,
    );
    const answers = await Promise.all([1, 2].map(() => run(['--kind', 'feedback', '--tenant', 'default', '--json'])));
    expect(answers.map(({ code }) => code)).toEqual([0, 0]);
    const ended = answers.flatMap(({ stdout }) => JSON.parse(stdout) as { deleted: number }[]);
    // What the dead one had deleted is in the count of whoever finished its run.
    expect(ended.reduce((sum, each) => sum + each.deleted, 0)).toBe(expired);
    expect([await count('feedback_submissions', "category = 'bulk'"), await count('feedback_submissions')]).toEqual([
      0,
      kept,
    ]);
  });
});

describe('space', () => {
  it('a SQLite file becomes smaller', async () => {
    const database = await createTestDatabase('sqlite');
    const server = await ServerProcess.start(database, { FL_RETENTION_ENABLED: 'false' });
    const filler = 'x'.repeat(9000);
    for (let i = 0; i < 200; i++)
      await server.request('/api/v1/feedback', { body: { ...FEEDBACK, description: `${i} ${filler}` } });
    await database.query(`UPDATE feedback_submissions SET created_at = ${Date.now() - 200 * DAY}`);
    const path = join(database.folder, 'feedback-loop.db');
    const before = statSync(path).size;
    expect((await runCli(['retention', 'run'], database.environment, database.folder)).code).toBe(0);
    expect(statSync(path).size).toBeLessThan(before / 2);
    await server.stop();
    expect(existsSync(path)).toBe(true);
  });

  it('a month that is past everybody’s time is dropped whole, and counted', async () => {
    const database = await createTestDatabase('postgresql');
    const server = await ServerProcess.start(database, { FL_RETENTION_ENABLED: 'false', FL_RETENTION_DAYS: '100' });
    const body = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
    const timestamp = new Date(Date.now() - 95 * DAY).toISOString();
    const old = await server.request<{ id: string }>('/api/v1/predictions', { body: { ...body, timestamp } });
    expect(old.status).toBe(201);
    await server.request(`/api/v1/predictions/${old.body.id}/feedback`, { method: 'PUT', body: { correct: true } });
    await server.request('/api/v1/predictions', { body });
    const name = `predictions_p${timestamp.slice(0, 7).replace('-', '')}`;
    const partitions = async (): Promise<string[]> =>
      (
        await database.query<{ relname: string }>(
          `SELECT relname FROM pg_class WHERE relname LIKE 'predictions_p%' AND relkind = 'r'`,
        )
      ).map(({ relname }) => relname);
    expect(await partitions()).toContain(name);
    const done = await runCli(['retention', 'run', '--days', '30', '--json'], database.environment, database.folder);
    expect(JSON.parse(done.stdout)).toMatchObject([
      { kind: 'predictions', deleted: 1 },
      { kind: 'feedback' },
      { kind: 'metrics' },
    ]);
    expect(await partitions()).not.toContain(name);
    expect(await database.query('SELECT id FROM prediction_votes')).toEqual([]);
    expect((await server.request<{ data: unknown[] }>('/api/v1/predictions')).body.data).toHaveLength(1);
    await server.stop();
    await database.drop();
  });
});
