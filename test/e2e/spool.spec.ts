import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { reportChaos } from '../support/chaos-report.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

interface Predicted {
  id: string;
  persisted: string;
  feedback_token: string;
}

const CANARY = 'canary-7c1f';

describe('the spool, while PostgreSQL is away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let server: ServerProcess;
  const acknowledged: string[] = [];
  let environment: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    const uri = database.environment.FL_DB_URI as string;
    proxy = await TcpProxy.to(new URL(uri).hostname, Number(new URL(uri).port || 5432));
    environment = { FL_DB_URI: proxy.through(uri), FL_API_KEYS: `${KEY}:predict+read+read:text+ingest` };
    server = await ServerProcess.start(database, environment);
    expect((await server.request('/api/v1/analytics/summary')).status).toBe(200);
  });
  afterAll(async () => {
    await server?.stop();
    await proxy?.close();
    await database?.drop();
  });

  const predict = (text: string): ReturnType<typeof server.request<Predicted>> =>
    server.request<Predicted>('/api/v1/predict', { key: KEY, body: { text } });
  const log = (label: string): object => ({ model: 'm', model_version: 'v', label, confidence: 0.5 });
  const spooled = async (): Promise<number> => {
    const text = (await server.request('/metrics', { key: KEY })).text;
    return Number(/^spool_rows (\d+)/m.exec(text)?.[1]);
  };
  const count = async (): Promise<number> =>
    Number(
      (
        await database.query<{ n: string }>('SELECT COUNT(*) AS n FROM predictions WHERE id = ANY($1::uuid[])', [
          acknowledged,
        ])
      )[0]!.n,
    );

  it.each(['refuse', 'hang'] as const)('C3 C4 S4-04 records on its own disk and says so (%s)', async (mode) => {
    proxy.set(mode);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => predict(`${CANARY} ${mode} ${i}`)));
    for (const { status, body } of answers) {
      expect([status, body.persisted]).toEqual([200, 'spool']);
      expect(body.feedback_token).toMatch(/^v1\./);
      acknowledged.push(body.id);
    }
    const one = await server.request<Predicted>('/api/v1/predictions', { key: KEY, body: log('spooled') });
    expect([one.status, one.body.persisted]).toEqual([202, 'spool']);
    acknowledged.push(one.body.id);
    const batch = await server.request<{ persisted: string; predictions: Predicted[] }>('/api/v1/batch', {
      key: KEY,
      body: { texts: ['a', 'b', 'c'] },
    });
    expect(batch.body.persisted).toBe('spool');
    acknowledged.push(...batch.body.predictions.map(({ id }) => id));
    const lines = Array.from({ length: 600 }, (_, i) => JSON.stringify(log(`line-${mode}-${i}`))).join('\n');
    const stream = await server.request('/api/v1/predictions', {
      key: KEY,
      raw: lines,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(JSON.parse(stream.text.trim().split('\n').at(-1)!)).toEqual({ accepted: 0, spooled: 600, refused: 0 });
    expect((await server.request('/health', { key: null })).body).toEqual({ status: 'degraded' });
  });

  it('encrypts what waits, keeps its files to itself, and writes no text to the log', () => {
    const folder = join(database.folder, 'spool');
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes(CANARY)).toBe(false);
      expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
    }
    expect(server.log).not.toContain(CANARY);
  });

  it('C1 keeps what it acknowledged when it is killed in the outage, and goes on spooling after the restart (C5)', async () => {
    await server.stop('SIGKILL');
    server = await ServerProcess.start(database, environment);
    // A key of the database, seen before the kill, works after it: the spool remembers whose it is.
    const known = await server.request('/api/v1/predictions?limit=1', { key: server.adminKey });
    expect(known.status).toBe(503);
    expect(known.text).toContain('database_unavailable');
    const unknown = await server.request('/api/v1/predict', {
      key: `${server.adminKey.slice(0, -4)}zzzz`,
      body: { text: 'x' },
    });
    expect([unknown.status, unknown.text.includes('keys_unavailable')]).toEqual([503, true]);
    const { body } = await predict(`${CANARY} after the kill`);
    expect(body.persisted).toBe('spool');
    acknowledged.push(body.id);
    expect(await spooled()).toBe(2 * (30 + 1 + 3 + 600) + 1);
  });

  it('lets no second server use its folder', async () => {
    const second = ServerProcess.spawn({ ...database.environment, ...environment }, database.folder);
    expect(await second.exitCode()).toBe(1);
    expect(second.log).toContain('Another process uses');
    const settings = { ...database.environment, ...environment };
    const changed = await runCli(['spool', 'retry'], settings, database.folder);
    expect([changed.code, changed.stderr.includes('Another process uses')]).toEqual([1, true]);
    // Looking is allowed: at a copy.
    const inspected = await runCli(['spool', 'inspect', '--json'], settings, database.folder);
    expect(inspected).toMatchObject({ code: 0, stderr: expect.not.stringContaining('copy-') });
    // The limit is that of the server, 256 MiB by default.
    expect(JSON.parse(inspected.stdout)).toMatchObject({ rows: await spooled(), maxBytes: 268_435_456 });
  });

  it('replays everything once, within 30 s of the return, and is healthy again', async () => {
    proxy.set('pass');
    const returned = Date.now();
    await until(async () => (await spooled()) === 0);
    expect(Date.now() - returned).toBeLessThan(30_000);
    expect(await count()).toBe(acknowledged.length);
    const [lines] = await database.query<{ n: string; d: string }>(
      "SELECT COUNT(*) AS n, COUNT(DISTINCT label) AS d FROM predictions WHERE label LIKE 'line-%'",
    );
    expect([Number(lines!.n), Number(lines!.d)]).toEqual([1200, 1200]);
    expect((await server.request('/health', { key: null })).body).toEqual({ status: 'healthy' });
    const stored = await server.request<{ input_text: string }>(`/api/v1/predictions/${acknowledged[0]}`, { key: KEY });
    expect(stored.body.input_text).toContain(CANARY);
  });

  it('takes a database that takes no writes for one that is away', async () => {
    const readOnly = async (on: boolean): Promise<void> => {
      const [{ name }] = (await database.query<{ name: string }>('SELECT current_database() AS name')) as [
        { name: string },
      ];
      await database.query(
        `BEGIN READ WRITE; ALTER DATABASE "${name}" SET default_transaction_read_only = ${on ? 'on' : 'off'}; COMMIT`,
      );
      await database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    };
    await readOnly(true);
    for (let i = 0; i < 12; i++) {
      const { body, status } = await predict(`read-only ${i}`);
      expect([status, body.persisted]).toEqual([200, 'spool']);
      const logged = await server.request('/api/v1/predictions', { key: KEY, body: log(`read-only-${i}`) });
      expect(logged.status).toBe(202);
    }
    await readOnly(false);
    await until(async () => (await spooled()) === 0);
    expect(await database.query("SELECT id FROM predictions WHERE label LIKE 'read-only-%'")).toHaveLength(12);
  });

  it('C10 sets a record aside that the database refuses, replays the others, and lets it be retried', async () => {
    await database.query("ALTER TABLE predictions ADD CONSTRAINT no_poison CHECK (label <> 'poison')");
    proxy.set('refuse');
    for (const label of ['before', 'poison', 'after']) {
      expect((await server.request('/api/v1/predictions', { key: KEY, body: log(label) })).status).toBe(202);
    }
    proxy.set('pass');
    await until(async () => (await spooled()) === 0);
    const labels = await database.query<{ label: string }>(
      "SELECT label FROM predictions WHERE label IN ('before', 'poison', 'after') ORDER BY label",
    );
    expect(labels.map(({ label }) => label)).toEqual(['after', 'before']);
    await server.stop();

    const settings = { ...database.environment, FL_DB_URI: database.environment.FL_DB_URI as string };
    const inspected = JSON.parse((await runCli(['spool', 'inspect', '--json'], settings, database.folder)).stdout) as {
      rows: number;
      dead_letters: { reason: string }[];
    };
    expect([inspected.rows, inspected.dead_letters.map(({ reason }) => reason)]).toEqual([0, ['23514']]);
    const exported = (await runCli(['spool', 'export'], settings, database.folder)).stdout.trim().split('\n');
    expect(JSON.parse(exported[0]!)).toMatchObject({
      state: 'dead',
      parts: [['predictions', [{ label: 'poison' }]]],
    });
    await database.query('ALTER TABLE predictions DROP CONSTRAINT no_poison');
    expect((await runCli(['spool', 'retry'], settings, database.folder)).stdout).toContain(
      '1 dead letters returned to the spool',
    );
    const drained = await runCli(['spool', 'drain'], settings, database.folder);
    expect([drained.code, drained.stdout]).toEqual([0, expect.stringContaining('1 records moved')]);
    expect(await database.query("SELECT 1 FROM predictions WHERE label = 'poison'")).toHaveLength(1);
    reportChaos('C10', 'one poisoned row of three', { replayed: 2, dead_letters: 1, after_retry: 'stored' });
  });
});

describe('a spool in trouble', () => {
  it('C9 is set aside when it is damaged, and the server starts with a new one', async () => {
    const database = await createTestDatabase('sqlite');
    const folder = join(database.folder, 'spool');
    const first = await ServerProcess.start(database);
    await first.stop();
    writeFileSync(join(folder, 'spool.db'), Buffer.alloc(8192, 'not a database '));
    const second = await ServerProcess.start(database);
    expect(readdirSync(folder).some((name) => name.startsWith('spool.db.corrupt-'))).toBe(true);
    expect(second.log).toContain('the spool was damaged');
    reportChaos('C9', 'damaged spool', { set_aside: 1, reported: 'log', started: 'with a new one' });
    expect((await second.request('/health', { key: null })).body).toEqual({ status: 'healthy' });
    await second.stop();
  });

  it('C8 says the truth when it is full, and takes records again when there is room', async () => {
    const database = await createTestDatabase('postgresql');
    const uri = database.environment.FL_DB_URI as string;
    const proxy = await TcpProxy.to(new URL(uri).hostname, Number(new URL(uri).port || 5432));
    const server = await ServerProcess.start(database, {
      FL_DB_URI: proxy.through(uri),
      FL_API_KEYS: `${KEY}:predict+read+ingest`,
      FL_SPOOL_MAX_BYTES: '1048576',
    });
    proxy.set('refuse');
    const text = 'word '.repeat(1900);
    const outcomes: string[] = [];
    for (let i = 0; i < 160; i++) {
      const { status, body } = await server.request<Predicted>('/api/v1/predict', {
        key: KEY,
        body: { text: `${i} ${text}` },
      });
      expect(status).toBe(200);
      outcomes.push(body.persisted);
    }
    const kept = outcomes.filter((outcome) => outcome === 'spool').length;
    expect(kept).toBeGreaterThan(50);
    expect(outcomes.at(-1)).toBe('none');
    const refused = await server.request('/api/v1/predictions', {
      key: KEY,
      body: { model: 'm', model_version: 'v', label: 'l', confidence: 0.5, input_text: text },
    });
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    expect((await server.request('/health', { key: null })).body).toEqual({ status: 'unhealthy' });
    expect((await server.request('/health/readiness', { key: null })).status).toBe(200);
    proxy.set('pass');
    await until(async () => (await server.request('/health', { key: null })).body.status === 'healthy');
    const [stored] = await database.query<{ n: string }>('SELECT COUNT(*) AS n FROM predictions');
    expect(Number(stored!.n)).toBe(kept);
    await server.stop();
    expect(existsSync(join(database.folder, 'spool', 'spool.db'))).toBe(true);
    await proxy.close();
    await database.drop();
  });
});
