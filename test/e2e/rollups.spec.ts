import fc from 'fast-check';
import { DAY_MS, HOUR_MS, uuidv7 } from '#kernel';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ServerProcess } from '../support/server-process.js';

interface Logged {
  id: string;
  timestamp: string;
  model: string;
  model_version: string;
  label: string;
  confidence: number | null;
  latency_ms: number | null;
}

interface Audit {
  hours: number;
  predictions: number;
  differences: object[];
}

describe.each(DIALECTS)('rollups on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;
  const environment = { FL_RETENTION_ENABLED: 'false' };
  const expected = new Map<string, Logged>();

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, environment);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const rollups = (command: string, ...args: string[]): ReturnType<typeof runCli> =>
    runCli(['rollups', command, ...args], database.environment, database.folder);
  const audit = async (command = 'check'): Promise<Audit & { code: number | null }> => {
    const { code, stderr, stdout } = await rollups(command, '--json');
    if (stdout === '') throw new Error(stderr);
    return { ...(JSON.parse(stdout) as Audit), code };
  };
  const agrees = async (): Promise<void> => {
    const { code, differences, predictions } = await audit();
    expect({ code, differences }).toEqual({ code: 0, differences: [] });
    expect(predictions).toBe(expected.size);
    const labels: Record<string, number> = {};
    for (const { label } of expected.values()) labels[label] = (labels[label] ?? 0) + 1;
    const answer = await server.request<{ [label: string]: number }>('/api/v1/analytics/label-distribution');
    expect(answer.body).toEqual(labels);
    const times = [...expected.values()].map(({ timestamp }) => timestamp).sort();
    const summary = (
      await server.request<{ total_predictions: number; date_range: object }>('/api/v1/analytics/summary')
    ).body;
    expect(summary.total_predictions).toBe(expected.size);
    expect(summary.date_range).toEqual({ earliest: times[0], latest: times.at(-1) });
  };
  const ndjson = (rows: Logged[]): ReturnType<ServerProcess['request']> =>
    server.request('/api/v1/predictions', {
      raw: rows.map((row) => JSON.stringify(row)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
  const rows = async (table: string): Promise<number> =>
    Number((await database.query<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);

  const logged = fc
    .record({
      age: fc.integer({ min: 1, max: 20 * 24 * 3600 }),
      model: fc.constantFrom('m1', 'm2'),
      model_version: fc.constantFrom('v1', 'v2'),
      label: fc.constantFrom('positive', 'negative', 'späm 🙂'),
      confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      latency_ms: fc.option(fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constantFrom(0, 1, 86_400_000))),
    })
    .map(({ age, ...rest }): Logged => {
      const time = Date.now() - age * 1000;
      return { id: uuidv7(time), timestamp: new Date(time).toISOString(), ...rest };
    });

  it('agree with their predictions whatever comes late, twice, one by one, or in bulk', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(logged, { minLength: 1, maxLength: 60 }), fc.boolean(), async (batch, twice) => {
        const [single, ...bulk] = batch as [Logged, ...Logged[]];
        const before = [...expected.values()].slice(0, 5);
        const answers = await Promise.all([
          server.request('/api/v1/predictions', { body: single }),
          server.request('/api/v1/predict', { body: { text: 'A fine thing.' } }),
          // Some of them once more, and one line twice in the same body.
          ndjson([...bulk, ...before, ...(twice ? bulk.slice(0, 3) : [])]),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
        for (const each of batch) expected.set(each.id, each);
        const { confidence, id, sentiment, timestamp } = answers[1].body as never as Record<string, string>;
        expected.set(id!, { id, timestamp, label: sentiment, confidence } as never);
      }),
      { numRuns: 12 },
    );
    await agrees();
  });

  it('leave retention out of the totals, and know what it deleted', async () => {
    const { code } = await runCli(['retention', 'run', '--days', '10'], database.environment, database.folder);
    expect(code).toBe(0);
    expect(await rows('predictions')).toBeLessThan(expected.size);
    expect(await rows('prediction_rollup_retired')).toBeGreaterThan(0);
    await agrees();
  });

  it('are right after kill -9 and a start, and days that are over are folded into one row', async () => {
    const sent: Logged[] = [];
    const going = (async () => {
      for (let i = 0; ; i++) {
        const time = Date.now() - 2 * DAY_MS - i * HOUR_MS;
        const row = { id: uuidv7(time), timestamp: new Date(time).toISOString(), model: 'm', model_version: 'v' };
        const body = { ...row, label: 'killed', confidence: 0.5, latency_ms: 1 };
        sent.push(body);
        await server.request('/api/v1/predictions', { body });
      }
    })().catch(() => undefined);
    while (sent.length < 30) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.stop('SIGKILL');
    await going;
    server = await ServerProcess.start(database, environment);
    for (const row of sent) {
      const { status } = await server.request(`/api/v1/predictions/${row.id}`);
      if (status === 200) expected.set(row.id, row);
    }
    const time = Date.now() - 2 * DAY_MS;
    const late = { id: uuidv7(time), timestamp: new Date(time).toISOString(), model: 'm', model_version: 'v' };
    await server.request('/api/v1/predictions', { body: { ...late, label: 'killed', confidence: 1, latency_ms: 2 } });
    expected.set(late.id, { ...late, label: 'killed', confidence: 1, latency_ms: 2 });
    await agrees();
    const unfolded = `(SELECT 1 FROM prediction_rollup_hours WHERE writer <> '' AND start < ${dialect === 'sqlite' ? Date.now() - 2 * DAY_MS : "now() - interval '2 days'"}) u`;
    expect(await rows(unfolded)).toBeGreaterThan(0);
    expect((await rollups('fold')).stdout).toMatch(/^[1-9]\d* rows merged into others\./);
    expect(await rows(unfolded)).toBe(0);
    await agrees();
  });

  it('are found wrong when they are, and made right, hours and days', async () => {
    await database.query("UPDATE prediction_rollup_hours SET predictions = predictions + 7 WHERE label = 'killed'");
    await database.query("DELETE FROM prediction_rollup_days WHERE label = 'positive'");
    const wrong = await audit();
    expect(wrong.code).toBe(3);
    expect(wrong.differences).toContainEqual(expect.objectContaining({ bucket: 'hour', label: 'killed' }));
    expect(wrong.differences).toContainEqual(expect.objectContaining({ bucket: 'day', label: 'positive', stored: 0 }));
    const { stdout } = await rollups('check');
    expect(stdout).toMatch(/killed: \d+, counted \d+/);
    expect((await audit('rebuild')).code).toBe(0);
    await agrees();
  });

  it('count what was recorded before there were any', async () => {
    await server.stop();
    const migrate = (...args: string[]): ReturnType<typeof runCli> =>
      runCli(['migrate', ...args], database.environment, database.folder);
    const retired = await rows('prediction_rollup_retired');
    const gone = await database.query<{ n: unknown }>('SELECT SUM(predictions) AS n FROM prediction_rollup_retired');
    expect(retired).toBeGreaterThan(0);
    // One at a time, back to before there were any.
    while (/^applied +CreatePredictionRollups/m.test((await migrate('status')).stdout))
      expect((await migrate('down', '--yes')).code).toBe(0);
    expect((await migrate('up')).code).toBe(0);
    const { code, differences, predictions } = await audit();
    expect({ code, differences }).toEqual({ code: 0, differences: [] });
    expect(predictions).toBe(expected.size - Number(gone[0]!.n));
    server = await ServerProcess.start(database, environment);
  });
});
