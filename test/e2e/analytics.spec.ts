import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ServerProcess } from '../support/server-process.js';
import { quantile } from '../../src/kernel/statistics/quantiles.js';

const HOUR = 3_600_000;
const DAY = 86_400_000;

interface Row {
  timestamp: number;
  label: string;
  model: string;
  model_version: string;
  confidence: number | null;
  latency_ms: number | null;
}

describe.each(DIALECTS)('analytics on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;
  const start = Math.floor(Date.now() / DAY) * DAY - 3 * DAY;
  const labels = ['positive', 'negative', 'neutral', 'spam'];
  const rows: Row[] = Array.from({ length: 600 }, (_, i) => ({
    timestamp: start + ((i * 7919) % (2 * DAY)),
    label: labels[i % 7 === 0 ? 3 : i % 3]!,
    model: `m${i % 2}`,
    model_version: `v${i % 3}`,
    confidence: i % 50 === 0 ? null : (i % 97) / 97,
    latency_ms: i % 40 === 0 ? null : ((i * 31) % 400) / 8 + 0.001,
  }));

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database);
    const empty = await server.request('/api/v1/analytics/summary');
    expect(empty.body).toEqual({
      total_predictions: 0,
      avg_confidence: null,
      avg_latency_ms: null,
      date_range: { earliest: null, latest: null },
    });
    const lines = rows.map((row) => JSON.stringify({ ...row, timestamp: new Date(row.timestamp).toISOString() }));
    const answer = await server.request('/api/v1/predictions', {
      raw: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(JSON.parse(answer.text)).toEqual({ accepted: 600, spooled: 0, refused: 0 });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const get = async <T>(path: string): Promise<T> => (await server.request<T>(`/api/v1/analytics/${path}`)).body;
  const mean = (values: (number | null)[]): number => {
    const known = values.filter((value) => value !== null);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const iso = (time: number): string => new Date(time).toISOString();

  it.each([
    ['everything', '', () => true],
    [
      'a half-open range',
      `from=${iso(start + 5 * HOUR)}&to=${iso(start + 9 * HOUR)}`,
      (row: Row) => row.timestamp >= start + 5 * HOUR && row.timestamp < start + 9 * HOUR,
    ],
    ['a model', 'model=m1', (row: Row) => row.model === 'm1'],
    ['a version', 'model_version=v2', (row: Row) => row.model_version === 'v2'],
    ['nothing', 'model=none', () => false],
  ])('S4-14 S4-15 summary and distributions of %s equal an independent count', async (_name, query, matches) => {
    const chosen = rows.filter(matches);
    const times = chosen.map(({ timestamp }) => timestamp);
    const summary = await get<{
      total_predictions: number;
      avg_confidence: number | null;
      avg_latency_ms: number | null;
      date_range: object;
    }>(`summary?${query}`);
    expect(summary.total_predictions).toBe(chosen.length);
    expect(summary.date_range).toEqual(
      chosen.length === 0
        ? { earliest: null, latest: null }
        : { earliest: iso(Math.min(...times)), latest: iso(Math.max(...times)) },
    );
    if (chosen.length > 0) {
      expect(summary.avg_confidence).toBeCloseTo(mean(chosen.map(({ confidence }) => confidence)), 6);
      expect(summary.avg_latency_ms).toBeCloseTo(mean(chosen.map(({ latency_ms }) => latency_ms)), 6);
    }
    const count = (label: string): number => chosen.filter((row) => row.label === label).length;
    expect(await get(`sentiment-distribution?${query}`)).toEqual({
      positive: count('positive'),
      negative: count('negative'),
      neutral: count('neutral'),
    });
    const expected = Object.fromEntries(labels.map((label) => [label, count(label)]).filter(([, n]) => n !== 0));
    expect(await get(`label-distribution?${query}`)).toEqual(expected);
  });

  it('S4-16 recent shows the latest first, every label, and no text', async () => {
    const recent = await get<{ id: string; timestamp: string; sentiment: string }[]>('recent?limit=50');
    const newest = rows
      .map(({ timestamp }) => timestamp)
      .sort((a, b) => b - a)
      .slice(0, 50);
    expect(recent.map(({ timestamp }) => Date.parse(timestamp))).toEqual(newest);
    expect(Object.keys(recent[0]!).sort()).toEqual([
      'confidence',
      'id',
      'latency_ms',
      'model_version',
      'sentiment',
      'timestamp',
    ]);
    expect(await get<unknown[]>('recent')).toHaveLength(100);
  });

  it.each([
    ['hour', HOUR],
    ['day', DAY],
  ] as const)('timeseries by %s has every bucket and the right counts', async (bucket, size) => {
    const from = start - size;
    const to = start + 2 * DAY + size;
    const { data } = await get<{
      data: { start: string; count: number; labels: Record<string, number>; avg_confidence: number | null }[];
    }>(`timeseries?bucket=${bucket}&from=${iso(from)}&to=${iso(to)}`);
    expect(data).toHaveLength((to - from) / size);
    for (const { start: at, count, labels: byLabel, avg_confidence } of data) {
      const inside = rows.filter(({ timestamp }) => timestamp >= Date.parse(at) && timestamp < Date.parse(at) + size);
      expect(count).toBe(inside.length);
      expect(Object.values(byLabel).reduce((a, b) => a + b, 0)).toBe(inside.length);
      if (inside.length === 0) expect(avg_confidence).toBeNull();
    }
    expect((await get<{ data: unknown[] }>('timeseries')).data).toHaveLength(24);
  });

  it('latency percentiles are exact for few rows', async () => {
    const sorted = rows
      .map(({ latency_ms }) => latency_ms)
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    const latency = await get<Record<string, number>>('latency');
    expect(latency).toMatchObject({ count: sorted.length, max_relative_error: 0 });
    for (const [name, p] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
      ['max', 1],
    ] as const)
      expect(latency[name]).toBeCloseTo(quantile(sorted, p), 9);
  });

  it('latency percentiles of many rows stay within the stated error', async () => {
    const lines = Array.from({ length: 10_500 }, (_, i) =>
      JSON.stringify({
        model: 'many',
        model_version: 'v',
        label: 'x',
        confidence: 0.5,
        latency_ms: 1 + ((i * 7919) % 10_500) / 10,
      }),
    );
    await server.request('/api/v1/predictions', {
      raw: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const latency = await get<Record<string, number>>('latency?model=many');
    expect(latency.count).toBe(10_500);
    expect(latency.max_relative_error).toBeGreaterThan(0);
    for (const [name, p] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const exact = 1 + (10_499 * p) / 10;
      expect(Math.abs(latency[name]! - exact) / exact).toBeLessThanOrEqual(latency.max_relative_error! + 0.001);
    }
  });

  it('S4-F5 cache and models tell what was used', async () => {
    for (let i = 0; i < 4; i++) await server.request('/api/v1/predict', { body: { text: 'the same again' } });
    expect(await get('cache')).toEqual({ hits: 3, misses: 1, hit_rate: 0.75 });
    const models = await get<{ model: string; model_version: string; count: number; first_seen: string }[]>('models');
    const own = models.filter(({ model }) => model === 'm0' || model === 'm1');
    expect(own).toHaveLength(6);
    for (const { model, model_version, count } of own) {
      expect(count).toBe(rows.filter((row) => row.model === model && row.model_version === model_version).length);
    }
  });
});
