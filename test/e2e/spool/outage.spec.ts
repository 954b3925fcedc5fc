import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { reportChaos } from '../../support/chaos-report.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onPostgresBehindProxy } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { ServerProcess } from '../../support/server-process.js';
import { repeat } from '../../support/statuses.js';

const CANARY = 'canary-7c1f';
const REPLAY_MS = 30_000;
const TEXTS = 30;
const LINES = 600;
/** What each kind of outage leaves in the spool: texts, one logged prediction, a batch of three, and lines. */
const SPOOLED = TEXTS + 1 + 3 + LINES;
const logged = (label: string) => ({ model: 'm', model_version: 'v', label, confidence: 0.5 });

/** The tests go on from each other: records stay in the spool over several outages, until the database returns. */
onPostgresBehindProxy('the spool', ({ admin, api, database, proxy, restart, server }) => {
  const acknowledged: string[] = [];
  const spooled = async () => Number(/^spool_rows (\d+)/m.exec((await admin.metrics()).text)?.[1]);
  const command = (...args: string[]) => runCliInProcess(['spool', ...args], database.environment, database.folder);

  beforeAll(async () => {
    // The server has seen the key of the database before the outage.
    expect(await api.analytics.summary({}, { key: server.adminKey })).toMatchObject({ status: 200 });
  });

  // C3 C4 S4-04
  it.each(['refuse', 'hang'] as const)('keeps records while connections %s, and responses name it', async (mode) => {
    proxy.set(mode);
    const texts = await repeat(TEXTS, (i) => api.predict({ text: `${CANARY} ${mode} ${i}` }));
    const ofSpool = { persisted: 'spool', feedback_token: expect.stringMatching(/^v1\./) };
    expect(texts).toMatchObject(Array(TEXTS).fill({ status: 200, body: ofSpool }));
    const one = await api.predictions.log(logged('spooled'));
    expect(one).toMatchObject({ status: 202, body: { persisted: 'spool' } });
    const batch = await api.batch({ texts: ['a', 'b', 'c'] });
    expect(batch).toMatchObject({ status: 200, body: { persisted: 'spool' } });
    const ids = [...texts.map(({ body }) => body.id), one.body.id, ...batch.body.predictions.map(({ id }) => id)];
    acknowledged.push(...(ids as string[]));

    const lines = Array.from({ length: LINES }, (_, i) => logged(`line-${mode}-${i}`));
    const stream = await api.predictions.log(ndjson(lines));
    expect(linesOf(stream).at(-1)).toEqual({ accepted: 0, spooled: LINES, refused: 0 });
    expect(await api.health({ key: null })).toMatchObject({ body: { status: 'degraded' } });
  });

  it('is encrypted and readable by its owner alone, and no text is in the log', () => {
    const folder = join(database.folder, 'spool');
    const files = readdirSync(folder).map((name) => ({
      name,
      hasText: readFileSync(join(folder, name)).includes(CANARY),
      openToOthers: statSync(join(folder, name)).mode & 0o077,
    }));
    expect(files.length).toBeGreaterThan(0);
    expect(files).toEqual(files.map(({ name }) => ({ name, hasText: false, openToOthers: 0 })));
    expect(server.log).not.toContain(CANARY);
  });

  // C1 C5
  it('survives a kill during the outage, and takes records after the restart', async () => {
    await server.stop('SIGKILL');
    await restart();
    // The spool remembers the keys of the database, but reading still needs it.
    expect(await api.predictions.list({ limit: 1 }, { key: server.adminKey })).toMatchObject({
      status: 503,
      text: expect.stringContaining('database_unavailable'),
    });
    const unknown = `${server.adminKey.slice(0, -4)}zzzz`;
    expect(await api.predict({ text: 'x' }, { key: unknown })).toMatchObject({
      status: 503,
      text: expect.stringContaining('keys_unavailable'),
    });
    const { body } = await api.predict({ text: `${CANARY} after the kill` });
    expect(body.persisted).toBe('spool');
    acknowledged.push(body.id as string);
    expect(await spooled()).toBe(2 * SPOOLED + 1);
  });

  it('belongs to one process: a second server and commands that change it are refused', async () => {
    const second = ServerProcess.spawn(database.environment, database.folder);
    expect(await second.exitCode()).toBe(1);
    expect(second.log).toContain('Another process uses');
    expect(await command('retry')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Another process uses'),
    });
  });

  it('can be inspected while the server uses it', async () => {
    const { code, stderr, stdout } = await command('inspect', '--json');
    // The limit is that of the server, 256 MiB by default, and the path that of its file.
    const expected = { code: 0, rows: await spooled(), maxBytes: 268_435_456 };
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject(expected);
    expect(stderr).not.toContain('copy-');
  });

  it('is replayed once, within 30 s of the return of the database, and the server is healthy again', async () => {
    proxy.set('pass');
    const returned = Date.now();
    await until(async () => (await spooled()) === 0);
    expect(Date.now() - returned).toBeLessThan(REPLAY_MS);
    const found = await database.query('SELECT id FROM predictions WHERE id = ANY($1::uuid[])', [acknowledged]);
    expect(found).toHaveLength(acknowledged.length);
    const [lines] = await database.query<{ rows: string; labels: string }>(
      "SELECT COUNT(*)::int AS rows, COUNT(DISTINCT label)::int AS labels FROM predictions WHERE label LIKE 'line-%'",
    );
    expect(lines).toEqual({ rows: 2 * LINES, labels: 2 * LINES });
    expect(await api.health({ key: null })).toMatchObject({ body: { status: 'healthy' } });
    expect(await api.predictions.get(acknowledged[0] as string)).toMatchObject({
      body: { input_text: expect.stringContaining(CANARY) },
    });
  });

  it('keeps records while the database is read-only', async () => {
    const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
      const [row] = await database.query<{ name: string }>('SELECT current_database() AS name');
      await database.query(
        `BEGIN READ WRITE; ALTER DATABASE "${row!.name}" SET default_transaction_read_only = ${value}; COMMIT`,
      );
      await database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    };
    await setReadOnly('on');
    for (let i = 0; i < 12; i++) {
      expect(await api.predict({ text: `read-only ${i}` })).toMatchObject({
        status: 200,
        body: { persisted: 'spool' },
      });
      expect(await api.predictions.log(logged(`read-only-${i}`))).toMatchObject({ status: 202 });
    }
    await setReadOnly('off');
    await until(async () => (await spooled()) === 0);
    expect(await database.query("SELECT id FROM predictions WHERE label LIKE 'read-only-%'")).toHaveLength(12);
  });

  // C10
  it('sets aside a record that the database refuses, replays the others, and has it retried by command', async () => {
    const stored = async () =>
      (
        await database.query<{ label: string }>(
          "SELECT label FROM predictions WHERE label IN ('before', 'poison', 'after') ORDER BY label",
        )
      ).map(({ label }) => label);
    await database.query("ALTER TABLE predictions ADD CONSTRAINT no_poison CHECK (label <> 'poison')");
    proxy.set('refuse');
    for (const label of ['before', 'poison', 'after'])
      expect(await api.predictions.log(logged(label))).toMatchObject({ status: 202 });
    proxy.set('pass');
    await until(async () => (await spooled()) === 0);
    expect(await stored()).toEqual(['after', 'before']);
    await server.stop();

    expect(JSON.parse((await command('inspect', '--json')).stdout)).toMatchObject({
      rows: 0,
      dead_letters: [{ reason: '23514' }],
    });
    expect(linesOf({ text: (await command('export')).stdout })[0]).toMatchObject({
      state: 'dead',
      parts: [['predictions', [{ label: 'poison' }]]],
    });
    await database.query('ALTER TABLE predictions DROP CONSTRAINT no_poison');
    expect(await command('retry')).toMatchObject({
      stdout: expect.stringContaining('1 dead letters returned to the spool'),
    });
    expect(await command('drain')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 records moved') });
    expect(await stored()).toEqual(['after', 'before', 'poison']);
    reportChaos('C10', 'one poisoned row of three', { replayed: 2, dead_letters: 1, after_retry: 'stored' });
  });
});
