import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.js';
import { onBothDatabases, onPostgres } from '../../support/environment.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';

const PREDICTION = { model: 'm', model_version: '1', label: 'a', confidence: 0.123456789012345 };

onPostgres(
  'addresses of PostgreSQL',
  ({ database, startServer }) => {
    const withParameters = (query: string): Record<string, string> => ({
      FL_DB_URI: `${database.environment.FL_DB_URI}?${query}`,
    });
    const administer = (text: string): Promise<unknown> => database.query(text);
    const name = (): string => new URL(database.environment.FL_DB_URI as string).pathname.slice(1);

    // F13
    it('keep dates and numbers exact when the address brings settings of its own', async () => {
      await administer(`ALTER DATABASE "${name()}" SET datestyle TO 'German, DMY'`);
      await administer(`ALTER DATABASE "${name()}" SET extra_float_digits TO -3`);
      const server = await startServer(withParameters('options=-c%20search_path%3Dpublic'));
      const { api } = server;
      const logged = await api.predictions.log(PREDICTION);
      const id = (logged.body as { id: string }).id;
      const read = await api.predictions.get(id);
      expect(read).toMatchObject({ status: 200, body: { confidence: PREDICTION.confidence } });
      expect(Date.now() - Date.parse((read.body as { timestamp: string }).timestamp)).toBeLessThan(600_000);
      await server.stop();
    });

    // F14
    it('work with a schema whose name has capitals', async () => {
      await administer('CREATE SCHEMA "FlUp"');
      const settings = withParameters('options=-c%20search_path%3D%22FlUp%22');
      const migrated = await runCli(['migrate', 'up'], { ...database.environment, ...settings }, database.folder);
      expect(migrated).toMatchObject({ code: 0, stdout: expect.stringContaining('Applied') as unknown });
      const { api } = await startServer(settings);
      expect((await api.predictions.log(PREDICTION)).status).toBe(201);
      expect(await database.query('SELECT confidence_score FROM "FlUp".predictions')).toHaveLength(1);
    });

    // F11
    it('report a server without TLS as unreachable, with the reason', async () => {
      const status = await runCli(
        ['migrate', 'status'],
        { ...database.environment, ...withParameters('sslmode=require') },
        database.folder,
      );
      expect(status.code).toBe(1);
      expect(status.stderr).toContain('cannot be reached: The server does not support SSL connections');
      expect(status.stderr).toContain('sslmode');
    });
  },
  { start: false },
);

describe('TLS to PostgreSQL', () => {
  let cluster: PostgresCluster;
  let folder: string;

  beforeAll(async () => {
    cluster = await PostgresCluster.create();
    folder = mkdtempSync(join(tmpdir(), 'feedback-loop-tls-'));
    const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
    const made = spawnSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=db.example.com',
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      { encoding: 'utf8' },
    );
    expect(made.status).toBe(0);
    const [row] = await cluster
      .query<{ data: string }>('SHOW data_directory')
      .then((rows) => rows.map((each) => ({ data: Object.values(each)[0] as string })));
    const { gid, uid } = statSync(row!.data);
    for (const file of [folder, key, certificate]) chownSync(file, uid, gid);
    await cluster.query(`ALTER SYSTEM SET ssl_cert_file = '${certificate}'`);
    await cluster.query(`ALTER SYSTEM SET ssl_key_file = '${key}'`);
    await cluster.query('ALTER SYSTEM SET ssl = on');
    await cluster.query('SELECT pg_reload_conf()');
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  // F11. The certificate is self-signed, for another host name.
  it.each([
    ['sslmode=require', 0, ''],
    ['sslmode=verify-ca&sslrootcert=CA', 0, ''],
    ['sslmode=verify-ca', 1, 'self-signed certificate'],
    ['sslmode=verify-full&sslrootcert=CA', 1, 'cannot be reached'],
    ['sslmode=disable', 0, ''],
    ['sslmode=prefer', 1, 'sslmode that is not supported: prefer'],
  ])('follows libpq with %s', async (query, code, message) => {
    const parameters = query.replace('CA', encodeURIComponent(join(folder, 'server.crt')));
    const status = await runCli(['migrate', 'status'], { FL_DB_URI: `${cluster.url}?${parameters}` }, folder);
    expect(status).toMatchObject({ code, stderr: expect.stringContaining(message) as unknown });
    expect(status.stderr).not.toContain('refused a statement');
  });
});

// F3
onBothDatabases('analytics of an empty range', ({ api, server }) => {
  it.each(['summary', 'sentiment-distribution', 'label-distribution', 'latency', 'cache', 'models'])(
    'are zeros, and no outage: %s',
    async (figure) => {
      const day = '2026-11-28T00:00:00Z';
      const path = `/api/v1/analytics/${figure}?model=m&model_version=1&from=${day}&to=${day}`;
      const answer = await server.request(path);
      expect(answer.status).toBe(200);
    },
  );

  it('leave the database healthy', async () => {
    expect((await api.health()).status).toBe(200);
  });
});
