import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { databaseBehindProxy, ENVIRONMENT_KEY, until } from '../support/outage.js';
import { dataUrl, plain } from '../support/pictures.js';
import { type Answer, ServerProcess } from '../support/server-process.js';
import { filesOfZip } from '../support/zip-file.js';

interface Certificate {
  certificate_id: string;
  subject_hash: string;
  erased_at: string;
  removed: Record<string, number>;
  backups_may_hold_until: string;
}

const DAY = 86_400_000;
const WORD = '55e0b1';
const CANARY = `canary-${WORD}`;
const SUBJECT = `${CANARY} ä/?#@example.com`;
const FEEDBACK = { session_id: 's', category: 'bug', url: `https://a.example/${CANARY}`, timestamp: 'now' };

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

describe.each(DIALECTS)('data subjects on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;
  let archive: string;

  const start = async (): Promise<void> => {
    server = await ServerProcess.start(database, {
      FL_ARCHIVE_DIR: archive,
      FL_BLOB_STORE: 'directory',
      FL_RETENTION_ENABLED: 'false',
      FL_CACHE_ANALYTICS: 'true',
      FL_METRIC_EVENTS_SENSITIVE: 'email',
    });
  };

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    archive = join(database.folder, 'archive');
    await start();
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const path = `/api/v1/subjects/${encodeURIComponent(SUBJECT)}`;
  const everything = async (): Promise<string> => {
    const tables =
      dialect === 'sqlite'
        ? await database.query<{ name: string }>(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%'",
          )
        : await database.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
    let text = '';
    for (const { name } of tables) text += JSON.stringify(await database.query(`SELECT * FROM "${name}"`));
    return text;
  };
  const stored = async (): Promise<number> =>
    (await database.query<{ user_id: string | null }>('SELECT user_id FROM predictions')).filter(
      ({ user_id }) => user_id === SUBJECT,
    ).length;
  const plant = async (days = 0): Promise<string> => {
    const before = await stored();
    const timestamp = new Date(Date.now() - days * DAY).toISOString();
    const logged = await server.request<{ id: string }>('/api/v1/predictions', {
      body: {
        model: 'm',
        model_version: 'v',
        label: 'mine',
        confidence: 0.9,
        latency_ms: 7,
        input_text: `${CANARY} wrote this`,
        metadata: { note: CANARY },
        user_id: SUBJECT,
        timestamp,
      },
      headers: { 'idempotency-key': `plant-${days}-${Math.random()}` },
    });
    const { id } = logged.body;
    await server.request(`/api/v1/predictions/${id}/feedback`, {
      method: 'PUT',
      body: { correct: false, comment: CANARY },
    });
    await server.request('/api/v1/labels', {
      body: { prediction_id: id, label: CANARY, source: 'system', user_id: SUBJECT },
    });
    await server.request('/api/v1/predict', { body: { text: `${CANARY} is fine`, user_id: SUBJECT } });
    await server.request('/api/v1/metrics', {
      body: {
        type: 't',
        data: { email: CANARY, more: CANARY },
        user_id: SUBJECT,
        external_id: `${CANARY}-${days}`,
        timestamp,
      },
    });
    const sent = await server.request<{ id: string }>('/api/v1/feedback', {
      body: {
        ...FEEDBACK,
        description: `${CANARY} ${days}`,
        user_id: SUBJECT,
        screenshot: dataUrl(await plain(40, 30)),
      },
    });
    await server.request(`/admin/api/feedback/${sent.body.id}`, {
      method: 'PATCH',
      headers: { 'if-match': (await server.request(`/admin/api/feedback/${sent.body.id}`)).headers.get('etag')! },
      body: { admin_notes: CANARY },
    });
    // On a busy machine a record may be accepted (202) before it is in the database.
    await until(async () => (await stored()) === before + 2);
    return sent.body.id;
  };
  const others = async (): Promise<void> => {
    for (let i = 0; i < 3; i++)
      await server.request('/api/v1/predictions', {
        body: {
          model: 'm',
          model_version: 'v',
          label: 'mine',
          confidence: 0.1,
          latency_ms: i,
          user_id: 'somebody else',
        },
      });
  };
  const deliveries = async (hook: string): Promise<number> =>
    (await server.request<{ data: object[] }>(`/admin/api/webhooks/${hook}/deliveries`)).body.data.length;
  const check = async (): Promise<void> => {
    const { stdout } = await runCli(['rollups', 'check', '--json'], database.environment, database.folder);
    expect(JSON.parse(stdout)).toMatchObject({ differences: [] });
  };

  it('are exported: one file for each store, opened, and the pictures', async () => {
    await others();
    await plant();
    const answer = await fetch(`${server.address}${path}/export`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    const files = await filesOfZip(Buffer.from(await answer.arrayBuffer()));
    const read = <T>(name: string): T => JSON.parse(files.get(name)!.toString()) as T;
    expect(read<{ user_id: string; stores: string[] }>('subject.json')).toMatchObject({
      user_id: SUBJECT,
      stores: expect.arrayContaining(['predictions', 'labels', 'feedback', 'metric_events']) as string[],
    });
    const predictions = read<Record<string, unknown>[]>('predictions.json');
    expect(predictions).toHaveLength(2);
    expect(predictions.map(({ input_text }) => input_text)).toContain(`${CANARY} wrote this`);
    expect(predictions.find(({ source }) => source === 'logged')).toMatchObject({
      metadata: { note: CANARY },
      cache_hit: false,
    });
    expect(read<Record<string, unknown>[]>('metric_events.json')[0]).toMatchObject({
      sensitive: { email: CANARY },
      data: { more: CANARY },
    });
    expect([...files.keys()].filter((name) => name.startsWith('files/'))).toHaveLength(1);
  });

  it('S4-F3 are erased from every store; the certificate counts what was removed', async () => {
    await plant(40);
    // What retention has deleted stands in the archive.
    await database.query(
      dialect === 'sqlite'
        ? `UPDATE feedback_submissions SET created_at = ${Date.now() - 40 * DAY} WHERE description LIKE '% 40'`
        : "UPDATE feedback_submissions SET created_at = now() - interval '40 days' WHERE description LIKE '% 40'",
    );
    const retention = await runCli(
      ['retention', 'run', '--days', '30'],
      { ...database.environment, FL_ARCHIVE_DIR: archive },
      database.folder,
    );
    expect(retention.code).toBe(0);
    expect(filesBelow(archive).some((file) => readFileSync(file, 'utf8').includes(CANARY))).toBe(true);
    expect(await everything()).toContain(CANARY);
    await server.request('/api/v1/analytics/summary');
    const answer = await server.request<Certificate>(path, { method: 'DELETE' });
    expect(answer.status).toBe(200);
    expect(answer.body.removed).toMatchObject({
      predictions: 3,
      votes: 1,
      metric_events: 1,
      screenshots: 1,
      feedback: 1,
    });
    expect(answer.body.removed.archive).toBeGreaterThan(0);
    expect(Date.parse(answer.body.backups_may_hold_until) - Date.parse(answer.body.erased_at)).toBe(7 * DAY);
    expect(await everything()).not.toContain(CANARY);
    expect(JSON.stringify(answer.body)).not.toContain(CANARY);
    expect(filesBelow(database.folder).filter((file) => file.endsWith('.webp'))).toEqual([]);
    const summary = await server.request<{ total_predictions: number }>('/api/v1/analytics/summary');
    // Those that are erased are counted no more; the one that retention had deleted is.
    expect(summary.body.total_predictions).toBe(3 + 1);
    await check();
    if (dialect === 'sqlite') {
      await server.stop();
      new BetterSqlite3(join(database.folder, 'feedback-loop.db')).pragma('wal_checkpoint(TRUNCATE)');
      server = await ServerProcess.start(database, { FL_RETENTION_ENABLED: 'false' });
    }
    // A word of it is what a full text index would keep.
    for (const file of filesBelow(database.folder).filter((each) => statSync(each).size < 50_000_000))
      expect([file, readFileSync(file).includes(WORD)]).toEqual([file, false]);
  });

  it('S4-F3 what others say of their predictions goes too, and what was told of that', async () => {
    const url = 'https://93.184.216.34/hook';
    const hook = await server.request<{ id: string }>('/admin/api/webhooks', {
      body: { url, events: ['label.created', 'feedback.created'] },
    });
    // Sent by the id of their own, before there is a prediction.
    await server.request('/api/v1/labels', {
      body: { inference_id: `${CANARY}-inf`, label: CANARY, source: 'system' },
    });
    const logged = await server.request<{ id: string }>('/api/v1/predictions', {
      body: {
        ...{ model: 'm', model_version: 'v', label: `${CANARY} label`, confidence: 1 },
        ...{ user_id: SUBJECT, inference_id: `${CANARY}-inf` },
      },
    });
    const sent = await server.request<{ id: string }>('/api/v1/feedback', {
      body: { ...FEEDBACK, description: `${CANARY} by token`, prediction_id: logged.body.id },
    });
    expect([logged.status, sent.status]).toEqual([201, 201]);
    await until(async () => (await deliveries(hook.body.id)) === 2);
    expect((await server.request(path, { method: 'DELETE' })).status).toBe(200);
    expect((await everything()).includes(CANARY)).toBe(false);
    expect(await deliveries(hook.body.id)).toBe(0);
    await server.request(`/admin/api/webhooks/${hook.body.id}`, { method: 'DELETE' });
  });

  it('a repetition answers the same certificate; nobody is unknown, and remembered', async () => {
    const [again, once] = [
      await server.request<Certificate>(path, { method: 'DELETE' }),
      await server.request<Certificate>(path, { method: 'DELETE' }),
    ];
    expect(again.status).toBe(200);
    expect(once.body).toEqual(again.body);
    expect((await server.request(`${path}/export`)).status).toBe(404);
    const before = await database.query('SELECT * FROM erasures');
    const unknown = await server.request('/api/v1/subjects/nobody', { method: 'DELETE' });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
    expect(await database.query('SELECT * FROM erasures')).toHaveLength(before.length + 1);
    expect((await server.request(`/api/v1/subjects/${'x'.repeat(129)}`, { method: 'DELETE' })).status).toBe(422);
  });

  it('what comes later is new: it is kept, and erased with the same certificate when asked again', async () => {
    const first = await server.request<Certificate>(path, { method: 'DELETE' });
    await server.request('/api/v1/metrics', { body: { type: 't', data: {}, user_id: SUBJECT } });
    expect(
      (await server.request<{ data: object[] }>(`/api/v1/metrics?user_id=${encodeURIComponent(SUBJECT)}`)).body.data,
    ).toHaveLength(1);
    const { stdout, code } = await runCli(['erase', SUBJECT, '--yes', '--json'], database.environment, database.folder);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ certificate_id: first.body.certificate_id });
    expect((await runCli(['erase', SUBJECT], database.environment, database.folder)).code).toBe(2);
  });

  it('S3-F5 a restored older backup is cleaned again by the ledger, which is not in it', async () => {
    // As if a backup came back: the subject is there, and the tombstone is not.
    await plant();
    // A server that has just erased somebody looks again after some seconds, and would find what is made older here.
    await server.stop();
    await database.query('DELETE FROM erasures');
    const yesterday = dialect === 'sqlite' ? String(Date.now() - DAY) : "now() - interval '1 day'";
    for (const [table, accepted] of [
      ['predictions', 'recorded_at'],
      ['prediction_labels', 'recorded_at'],
      ['feedback_submissions', 'created_at'],
      ['metric_events', 'accepted_at'],
    ])
      await database.query(`UPDATE ${table} SET ${accepted} = ${yesterday}`);
    expect(existsSync(join(database.folder, 'erasures.jsonl'))).toBe(true);
    expect(readFileSync(join(database.folder, 'erasures.jsonl'), 'utf8')).not.toContain(CANARY);
    const { code, stdout } = await runCli(['erase', '--reapply', '--json'], database.environment, database.folder);
    expect([code, JSON.parse(stdout)]).toEqual([0, { erased: 1 }]);
    expect(await everything()).not.toContain(CANARY);
    await check();
    await start();
    // Somebody who has come back since is not erased for what was.
    await server.request('/api/v1/metrics', { body: { type: 'back', data: {}, user_id: SUBJECT } });
    const again = await runCli(['erase', '--reapply', '--json'], database.environment, database.folder);
    expect(JSON.parse(again.stdout)).toEqual({ erased: 0 });
    expect((await server.request<{ data: object[] }>('/api/v1/metrics?type=back')).body.data).toHaveLength(1);
  });
});

describe('data subjects and spools', () => {
  it('what waits in the spool of another server is dropped, dead letters too', async () => {
    const {
      database,
      drop,
      environment: lines,
      proxy,
    } = await databaseBehindProxy('predict+read+read:text+ingest+admin');
    // As docs/deployment.md wants it of replicas.
    const environment = {
      ...lines,
      FL_SECRET_KEY: 'one-secret-for-all-replicas-0123456789abcdef',
      FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    const away = await ServerProcess.start(database, environment);
    const here = await ServerProcess.start(database, {
      ...environment,
      FL_DB_URI: database.environment.FL_DB_URI as string,
      FL_DATA_DIR: mkdtempSync(join(database.folder, 'here-')),
    });
    const post = (server: ServerProcess, user_id: string): Promise<Answer> =>
      server.request('/api/v1/predictions', {
        key: ENVIRONMENT_KEY,
        body: {
          ...{ model: 'm', model_version: 'v', label: 'l', confidence: 1, user_id, input_text: CANARY },
          inference_id: user_id === SUBJECT ? 'theirs' : 'others',
        },
      });
    try {
      await post(here, SUBJECT);
      proxy.set('refuse');
      await until(async () => (await post(away, SUBJECT)).status === 202);
      expect((await post(away, 'other')).status).toBe(202);
      const label = { inference_id: 'theirs', label: CANARY, source: 'system' };
      expect((await away.request('/api/v1/labels', { key: ENVIRONMENT_KEY, body: label })).status).toBe(202);
      const erased = await here.request<Certificate>(`/api/v1/subjects/${encodeURIComponent(SUBJECT)}`, {
        method: 'DELETE',
        key: ENVIRONMENT_KEY,
      });
      expect(erased.status).toBe(200);
      proxy.set('pass');
      await until(async () => (await away.request('/health', { key: null })).body.status === 'healthy');
      const rows = await database.query<{ user_id: string }>('SELECT user_id FROM predictions');
      expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set(['other']));
      expect(await database.query('SELECT label FROM prediction_labels')).toEqual([]);
      expect((await away.request('/metrics', { key: ENVIRONMENT_KEY })).text).toMatch(
        /^erased_rows_dropped_total [1-9]/m,
      );
    } finally {
      await away.stop();
      await here.stop();
      await drop();
    }
  });
});
