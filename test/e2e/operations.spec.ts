import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ROOT, ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

interface Predicted {
  id: string | null;
  persisted: string;
  feedback_token: string | null;
  sentiment: string;
}

const until = async (condition: () => Promise<boolean>, ms = 15_000): Promise<void> => {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

describe.each(DIALECTS)('operations on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_DB_AUTO_MIGRATE: 'true' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  it('S1-22 S1-23 S1-24 answers the probes', async () => {
    expect((await server.request('/health/liveness', { key: null })).body).toEqual({ status: 'alive' });
    expect((await server.request('/health/readiness', { key: null })).body).toEqual({ status: 'healthy' });
    expect((await server.request('/health/startup', { key: null })).body).toEqual({ status: 'started' });
    expect((await server.request('/health', { key: null })).body).toEqual({ status: 'healthy' });
  });

  it('S0-38 S0-32 S0-49 answers health in the shape of the oldest system', async () => {
    const { status, body } = await server.request('/api/v1/health', { key: null });
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'healthy',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      database: { status: 'ok', backend: dialect, total_metrics: 0, database_size_mb: expect.any(Number) },
    });
  });

  it('S1-25 S2-07 S0-21 reports components, pools and their use', async () => {
    const { body } = await server.request<{ status: string; components: Record<string, Record<string, unknown>> }>(
      '/health/detailed',
    );
    expect(body.status).toBe('healthy');
    expect(body.components.database).toMatchObject({ status: 'up', backend: dialect, size_bytes: expect.any(Number) });
    const pools = body.components.database!.pools as {
      pool: string;
      size: number;
      waiting: number;
      utilisation: number;
    }[];
    expect(pools.map(({ pool }) => pool)).toEqual(expect.arrayContaining(['ingest', 'analytics']));
    expect(body.components.models).toMatchObject({ status: 'up' });
    expect(JSON.stringify(body)).not.toContain('postgres:postgres');
  });

  it('S1-26 S2-11 exposes Prometheus metrics, and JSON on request', async () => {
    await server.request('/api/v1/predict', { body: { text: 'something to count' } });
    const text = (await server.request('/metrics')).text;
    for (const name of [
      'http_request_duration_seconds_count',
      'predictions_total',
      'cache_lookups_total',
      'group_commit_rows_count',
      'ack_seconds_count',
      'pool_waiting',
      'db_query_seconds_count',
      'model_seconds_count',
      'nodejs_eventloop_lag_seconds',
      'feedback_loop_build_info',
    ]) {
      expect(text).toContain(name);
    }
    const json = await server.request<{ name: string }[]>('/metrics', { headers: { accept: 'application/json' } });
    expect(json.body.map(({ name }) => name)).toContain('feedback_loop_predictions_total');
    expect(server.log).toContain('FL_METRICS_OLDER_NAMES');
  });

  it('S1-37 compresses answers over 1 KB, and not small ones', async () => {
    const large = await server.request('/docs-json', { key: null, headers: { 'accept-encoding': 'gzip' } });
    expect(large.headers.get('content-encoding')).toBe('gzip');
    const small = await server.request('/health', { key: null, headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers.get('content-encoding')).toBeNull();
  });

  it('S1-27 serves the API documents', async () => {
    const document = await server.request<{ openapi: string; paths: Record<string, unknown> }>('/docs-json', {
      key: null,
    });
    expect(document.body.openapi).toBe('3.1.0');
    expect(Object.keys(document.body.paths)).toContain('/api/v1/predict');
    expect((await server.request('/docs', { key: null })).text).toContain('swagger-ui');
    expect((await server.request('/docs/assets/swagger-ui-bundle.js', { key: null })).status).toBe(200);
    expect((await server.request('/docs/assets/package.json', { key: null })).status).toBe(404);
    expect((await server.request('/docs/assets/..%2fpackage.json', { key: null })).status).toBe(404);
  });

  it('S0-33 keeps everything over a restart, and a killed process loses nothing it acknowledged', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++)
      ids.push((await server.request<Predicted>('/api/v1/predict', { body: { text: `number ${i}` } })).body.id!);
    await server.stop('SIGKILL');
    server = await ServerProcess.start(database);
    for (const id of ids) expect((await server.request(`/api/v1/predictions/${id}`)).status).toBe(200);
  });

  it('S1-09 S0-36 drains on SIGTERM: not ready, still serving, then gone with exit code 0', async () => {
    const other = await ServerProcess.start(database, {
      FL_DRAIN_MS: '1500',
      FL_SPOOL_DIR: join(database.folder, 'spool-2'),
    });
    const key = server.adminKey;
    const stopped = other.stop('SIGTERM');
    await until(async () => (await other.request('/health/readiness', { key: null })).status === 503);
    const answer = await other.request<Predicted>('/api/v1/predict', { key, body: { text: 'served while draining' } });
    expect(answer.body.persisted).toBe('database');
    expect(answer.headers.get('connection')).toBe('close');
    expect((await other.request('/health/liveness', { key: null })).status).toBe(200);
    expect(await stopped).toBe(0);
    expect((await server.request(`/api/v1/predictions/${answer.body.id}`)).status).toBe(200);
  });

  it('S0-37 says in one line what it runs on, without a secret', () => {
    const line = server.log.split('\n').find((each) => each.includes('feedback-loop is listening')) as string;
    expect(JSON.parse(line)).toMatchObject({
      version: expect.any(String),
      database: expect.stringContaining(dialect),
      state: 'up',
    });
    expect(server.log).not.toContain('postgres:postgres');
  });
});

describe('an outage of PostgreSQL, without a spool', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let server: ServerProcess;
  const environmentKey = 'key-from-the-environment-0123456789abcdef';

  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    const uri = database.environment.FL_DB_URI as string;
    proxy = await TcpProxy.to(new URL(uri).hostname, Number(new URL(uri).port || 5432));
    database.environment.FL_DB_URI = proxy.through(uri);
  });
  afterAll(async () => {
    await server?.stop();
    await proxy?.close();
    await database?.drop();
  });

  const predict = (key: string): ReturnType<typeof server.request<Predicted>> =>
    server.request<Predicted>('/api/v1/predict', { key, body: { text: `I love outages ${Math.random()}` } });

  it('S4-12 starts without its database, answers predictions, and recovers without a restart', async () => {
    proxy.set('refuse');
    server = await ServerProcess.start(database, {
      FL_API_KEYS: `${environmentKey}:predict+read+ingest`,
      FL_SPOOL_ENABLED: 'false',
    });
    const health = await server.request('/health', { key: null });
    expect([health.status, health.body]).toEqual([503, { status: 'unhealthy' }]);
    expect((await server.request('/health/readiness', { key: null })).status).toBe(200);
    const answer = await predict(environmentKey);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ sentiment: 'positive', persisted: 'none', id: null, feedback_token: null });
    proxy.set('pass');
    await until(async () => (await predict(environmentKey)).body.persisted === 'database');
    expect((await server.request('/health', { key: null })).body).toEqual({ status: 'healthy' });
  });

  it.each(['refuse', 'hang'] as const)(
    'S4-04 S4-F2 goes on predicting while the database does not answer (%s)',
    async (mode) => {
      await until(async () => (await predict(server.adminKey)).body.persisted === 'database');
      proxy.set(mode);
      const started = Date.now();
      const answers = await Promise.all(Array.from({ length: 20 }, () => predict(server.adminKey)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(answers.every(({ body }) => body.persisted === 'none' && body.id === null)).toBe(true);
      // Generous: what is shown is that nothing waits for ever, not how fast this machine is.
      expect(Date.now() - started).toBeLessThan(5000);
      const log = await server.request('/api/v1/predictions', {
        key: environmentKey,
        body: { model: 'm', model_version: 'v', label: 'l', confidence: null },
      });
      expect([log.status, log.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      const asked = Date.now();
      const analytics = await server.request('/api/v1/analytics/summary', { key: environmentKey });
      expect(analytics.status).toBe(503);
      expect(Date.now() - asked).toBeLessThan(5000);
      expect((await server.request('/health/liveness', { key: null })).status).toBe(200);
      proxy.set('pass');
      await until(async () => (await predict(server.adminKey)).body.persisted === 'database');
    },
  );

  it('gives an unknown key 503 in an outage, not 401 and not a free pass; no key at all is 401', async () => {
    proxy.set('refuse');
    await until(async () => (await server.request('/health', { key: null })).body.status === 'unhealthy');
    const unknown = `${server.adminKey.slice(0, -4)}zzzz`;
    expect((await predict(unknown)).status).toBe(503);
    expect((await server.request('/api/v1/predict', { key: null, body: { text: 'a' } })).status).toBe(401);
    proxy.set('pass');
    await until(async () => (await predict(server.adminKey)).body.persisted === 'database');
    expect((await predict(unknown)).status).toBe(401);
  });

  it('says unhealthy when the schema is older than the code, and recovers when it is migrated', async () => {
    const empty = await createTestDatabase('postgresql', false);
    const other = await ServerProcess.start(empty, {
      FL_API_KEYS: `${environmentKey}:predict`,
      FL_SPOOL_ENABLED: 'false',
    });
    const health = await other.request('/health/readiness', { key: null });
    expect(health).toMatchObject({
      status: 503,
      body: { status: 'unhealthy', detail: 'The database schema is older than this version of the server.' },
    });
    expect((await other.request('/health/startup', { key: null })).status).toBe(200);
    expect(
      (await other.request<Predicted>('/api/v1/predict', { key: environmentKey, body: { text: 'fine' } })).body
        .persisted,
    ).toBe('none');
    execFileSync(process.execPath, [join(ROOT, 'dist', 'src', 'cli', 'cli.js'), 'migrate', 'up'], {
      env: { PATH: process.env.PATH, ...empty.environment },
      stdio: 'pipe',
    });
    await until(async () => (await other.request('/health/readiness', { key: null })).status === 200);
    expect(
      (await other.request<Predicted>('/api/v1/predict', { key: environmentKey, body: { text: 'fine' } })).body
        .persisted,
    ).toBe('database');
    await other.stop();
    await empty.drop();
  });
});
