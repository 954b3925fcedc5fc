import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ENVIRONMENT_KEY as KEY, until } from '../support/outage.js';
import { ServerProcess } from '../support/server-process.js';

/** Sends text as it is, and answers with what comes until the connection closes. */
function raw(address: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe.each(DIALECTS)('at the edges of HTTP, on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  it('S4-24 serves a thousand connections at once, from one process', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1000, maxFreeSockets: 1000 });
    const { hostname, port } = new URL(server.address);
    /** Answers what went wrong. */
    const ask = (i: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ text: `connection ${i}` });
        const headers = {
          authorization: `Bearer ${server.adminKey}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        };
        const sent = request({ hostname, port, path: '/api/v1/predict', method: 'POST', headers, agent }, (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.once('end', () => resolve(answer.statusCode === 200 ? '' : text));
        });
        sent.once('error', reject);
        sent.end(body);
      });
    const problems = await Promise.all(Array.from({ length: 1000 }, (_, i) => ask(i)));
    const open = Object.values(agent.freeSockets).flat().length;
    agent.destroy();
    expect([problems.filter((text) => text !== '').slice(0, 3), open]).toEqual([[], 1000]);
  });

  it.each([
    ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an unknown Expect', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n', 417],
    ['no HTTP at all', 'NOT HTTP\r\n\r\n', 400],
    ['headers too large', `GET /health HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('S1-03 S1-17 answers %s with a whole problem: headers, correlation id, body', async (_name, request, status) => {
    const answer = await raw(server.address, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff');
    const id = /x-correlation-id: (\S+)/i.exec(answer)?.[1];
    expect(answer).toContain(`"correlation_id":"${id}"`);
  });

  it.each(['constructor', 'toString', '__proto__'])('refuses %s as the name of a parameter', async (name) => {
    for (const path of ['/api/v1/analytics/summary', '/analytics/summary', '/api/v1/predictions']) {
      const answer = await server.request(`${path}?${name}=1`);
      expect([path, answer.status, answer.text.includes(name)]).toEqual([path, 400, true]);
    }
  });

  it('shows the scores of a record in one order on both databases', async () => {
    const { body } = await server.request<{ id: string }>('/api/v1/predictions', {
      body: { model: 'm', model_version: 'v', label: 'b', confidence: 0.5, scores: { bb: 0.25, c: 0.25, a: 0.5 } },
    });
    const { text } = await server.request(`/api/v1/predictions/${body.id}`);
    expect(text).toContain('"scores":{"a":0.5,"bb":0.25,"c":0.25}');
  });
});

describe('a month without a partition', () => {
  it('gets one at once: the record is in the database, and nothing is set aside', async () => {
    const database = await createTestDatabase('postgresql');
    const server = await ServerProcess.start(database);
    const timestamp = new Date(Date.now() - 40 * 86_400_000);
    const month = timestamp.toISOString().slice(0, 7).replace('-', '');
    await database.query(`DROP TABLE predictions_p${month}`);
    const answer = await server.request<{ persisted: string }>('/api/v1/predictions', {
      body: { model: 'm', model_version: 'v', label: 'late', confidence: 0.5, timestamp: timestamp.toISOString() },
    });
    // Making it may outlast the budget of the request; then the spool has the record for a moment.
    expect([201, 202]).toContain(answer.status);
    await until(async () => (await database.query("SELECT 1 FROM predictions WHERE label = 'late'")).length === 1);
    const metrics = (await server.request('/metrics')).text;
    expect(metrics).toMatch(/^spool_dead_letter_rows 0$/m);
    await server.stop();
    await database.drop();
  });
});

describe('a SQLite file that is not ours alone', () => {
  const folder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'edges-'));

  it('S4-12 while another process holds it the server starts, spools, and takes everything over afterwards', async () => {
    const database = await createTestDatabase('sqlite');
    await (await ServerProcess.start(database)).stop();
    const other = new BetterSqlite3(join(database.folder, 'feedback-loop.db'));
    other.exec('BEGIN IMMEDIATE');
    const server = await ServerProcess.start(database, { FL_API_KEYS: `${KEY}:predict+read` });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        server.request<{ persisted: string }>('/api/v1/predict', { key: KEY, body: { text: `held ${i}` } }),
      ),
    );
    expect(answers.map(({ status, body }) => [status, body.persisted])).toEqual(Array(10).fill([200, 'spool']));
    other.exec('COMMIT');
    other.close();
    await until(async () => (await server.request('/health', { key: null })).body.status === 'healthy');
    expect(await database.query('SELECT 1 FROM predictions')).toHaveLength(10);
    await server.stop();
  });

  it('another product’s file is refused and left as it was', async () => {
    const home = folder();
    const path = join(home, 'theirs.db');
    const theirs = new BetterSqlite3(path);
    theirs.exec('CREATE TABLE predictions (id INTEGER)');
    theirs.close();
    const before = readFileSync(path);
    const { code, stderr } = await runCli(['migrate', 'up'], { FL_DB_PATH: path, FL_DATA_DIR: home }, home);
    expect([code, stderr.includes('did not make: predictions')]).toEqual([1, true]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(home)).toEqual(['theirs.db']);
  });

  it('migrate status makes no file, migrate up makes the first key', async () => {
    const home = folder();
    const status = await runCli(['migrate', 'status'], { FL_DATA_DIR: home }, home);
    expect([status.code, status.stdout.includes('pending'), readdirSync(home)]).toEqual([0, true, []]);
    const up = await runCli(['migrate', 'up'], { FL_DATA_DIR: home }, home);
    expect([up.code, up.stderr.includes('admin.key')]).toEqual([0, true]);
    expect(statSync(join(home, 'admin.key')).mode & 0o777).toBe(0o600);
    const again = await runCli(['migrate', 'up'], { FL_DATA_DIR: home }, home);
    expect([again.code, again.stderr.includes('admin.key')]).toEqual([0, false]);
    expect(existsSync(join(home, 'feedback-loop.db'))).toBe(true);
  });
});
