import { quantile } from '../../../src/kernel/statistics/quantiles.js';
import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const HOUR = 3_600_000;
const DAY = 86_400_000;
const LABELS = ['positive', 'negative', 'neutral', 'spam'];
const START = Math.floor(Date.now() / DAY) * DAY - 3 * DAY;

const ROWS = Array.from({ length: 600 }, (_, i) => ({
  timestamp: START + ((i * 7919) % (2 * DAY)),
  label: LABELS[i % 7 === 0 ? 3 : i % 3]!,
  model: `m${i % 2}`,
  model_version: `v${i % 3}`,
  confidence: i % 50 === 0 ? null : (i % 97) / 97,
  latency_ms: i % 40 === 0 ? null : ((i * 31) % 400) / 8 + 0.001,
}));
type Row = (typeof ROWS)[number];

const iso = (time: number): string => new Date(time).toISOString();
const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
const mean = (values: (number | null)[]): number =>
  known(values).reduce((sum, value) => sum + value, 0) / known(values).length;

onBothDatabasesInProcess('analytics', ({ api, server }) => {
  beforeAll(async () => {
    expect((await api.analytics.summary()).body).toEqual({
      total_predictions: 0,
      avg_confidence: null,
      avg_latency_ms: null,
      date_range: { earliest: null, latest: null },
    });
    const answer = await api.predictions.log(
      ndjson(ROWS.map((row) => ({ ...row, timestamp: new Date(row.timestamp).toISOString() }))),
    );
    expect(linesOf(answer)).toEqual([{ accepted: 600, spooled: 0, refused: 0 }]);
  });

  const selections: [name: string, query: Record<string, string>, matches: (row: Row) => boolean][] = [
    ['everything', {}, () => true],
    [
      'a half-open range',
      { from: iso(START + 5 * HOUR), to: iso(START + 9 * HOUR) },
      (row) => row.timestamp >= START + 5 * HOUR && row.timestamp < START + 9 * HOUR,
    ],
    ['a model', { model: 'm1' }, (row) => row.model === 'm1'],
    ['a version', { model_version: 'v2' }, (row) => row.model_version === 'v2'],
    ['nothing', { model: 'none' }, () => false],
  ];

  // S4-14 S4-15
  it.each(selections)('summarizes %s as an independent count does', async (_name, query, matches) => {
    const chosen = ROWS.filter(matches);
    const times = chosen.map(({ timestamp }) => timestamp);
    const { body } = await api.analytics.summary(query);
    expect(body.total_predictions).toBe(chosen.length);
    expect(body.date_range).toEqual(
      chosen.length === 0
        ? { earliest: null, latest: null }
        : { earliest: iso(Math.min(...times)), latest: iso(Math.max(...times)) },
    );
    if (chosen.length > 0) {
      expect(body.avg_confidence).toBeCloseTo(mean(chosen.map(({ confidence }) => confidence)), 6);
      expect(body.avg_latency_ms).toBeCloseTo(mean(chosen.map(({ latency_ms }) => latency_ms)), 6);
    }
  });

  // S4-14 S4-15
  it.each(selections)('counts the labels of %s as an independent count does', async (_name, query, matches) => {
    const count = (label: string) => ROWS.filter((row) => matches(row) && row.label === label).length;
    const sentiments = await api.call('analytics_sentiment_distribution', { query });
    expect(sentiments.body).toMatchObject({
      positive: count('positive'),
      negative: count('negative'),
      neutral: count('neutral'),
    });
    const expected = Object.fromEntries(LABELS.map((label) => [label, count(label)]).filter(([, n]) => n !== 0));
    expect((await api.analytics.labels(query)).body).toEqual(expected);
  });

  // N11
  it.each(['summary', 'sentiment-distribution', 'timeseries', 'latency'])(
    'says that %s mixes models, and lists each model as a request for it does',
    async (figure) => {
      const get = async (query: string): Promise<Record<string, unknown>> =>
        (await server.request(`/api/v1/analytics/${figure}?${range}${query}`)).body;
      const range = `from=${iso(START)}&to=${iso(START + 2 * DAY)}`;
      const mixed = await get('');
      expect(mixed.warnings).toEqual(['several_models']);
      const models = mixed.by_model as ({ model: string } & Record<string, unknown>)[];
      expect(models.map(({ model }) => model).sort()).toEqual(['m0', 'm1']);
      for (const { model, ...figures } of models) {
        const alone = await get(`&model=${model}`);
        expect(alone).toMatchObject(figures);
        expect(alone).not.toHaveProperty('by_model');
        expect(alone).not.toHaveProperty('warnings');
      }
      const legacy = await server.request(`/analytics/${figure}?${range}`);
      expect(legacy.status).toBe(200);
      expect(Object.keys(legacy.body)).toEqual(expect.not.arrayContaining(['by_model', 'warnings']));
    },
  );

  // S4-16
  it('shows the latest predictions first, with every label and without texts', async () => {
    const { body } = await api.analytics.recent({ limit: 50 });
    const newest = ROWS.map(({ timestamp }) => timestamp)
      .sort((a, b) => b - a)
      .slice(0, 50);
    expect(body.map(({ timestamp }) => Date.parse(timestamp))).toEqual(newest);
    expect(Object.keys(body[0]!).sort()).toEqual([
      'confidence',
      'id',
      'label',
      'latency_ms',
      'model',
      'model_version',
      'sentiment',
      'timestamp',
    ]);
    expect((await api.analytics.recent()).body).toHaveLength(100);
  });

  it.each([
    ['hour', HOUR],
    ['day', DAY],
  ] as const)('has every bucket of a time series by %s, with the right counts', async (bucket, size) => {
    const from = START - size;
    const to = START + 2 * DAY + size;
    const { body } = await api.analytics.timeseries({ bucket, from: iso(from), to: iso(to) });
    expect(body.data).toHaveLength((to - from) / size);
    for (const { start, count, labels, avg_confidence } of body.data) {
      const begin = Date.parse(start);
      const inside = ROWS.filter(({ timestamp }) => timestamp >= begin && timestamp < begin + size).length;
      const labelled = Object.values(labels).reduce((a, b) => a + b, 0);
      expect({ start, count, labelled }).toEqual({ start, count: inside, labelled: inside });
      if (inside === 0) expect(avg_confidence).toBeNull();
    }
  });

  it('has a time series of the last 24 hours by default', async () => {
    expect((await api.analytics.timeseries()).body.data).toHaveLength(24);
  });

  it('has exact latency percentiles for few rows', async () => {
    const sorted = known(ROWS.map(({ latency_ms }) => latency_ms)).sort((a, b) => a - b);
    const { body } = await api.analytics.latency();
    expect(body).toMatchObject({ count: sorted.length, max_relative_error: 0 });
    for (const [name, p] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
      ['max', 1],
    ] as const)
      expect(body[name]).toBeCloseTo(quantile(sorted, p), 9);
  });

  it('has latency percentiles of many rows within the stated error', async () => {
    const count = 10_500;
    const rows = Array.from({ length: count }, (_, i) => ({
      model: 'many',
      model_version: 'v',
      label: 'x',
      confidence: 0.5,
      latency_ms: 1 + ((i * 7919) % count) / 10,
    }));
    await api.predictions.log(ndjson(rows));
    const { body } = await api.analytics.latency({ model: 'many' });
    expect(body.count).toBe(count);
    expect(body.max_relative_error).toBeGreaterThan(0);
    for (const [name, p] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const exact = 1 + ((count - 1) * p) / 10;
      expect(Math.abs(body[name]! - exact) / exact).toBeLessThanOrEqual(body.max_relative_error + 0.001);
    }
  });

  // S4-F5
  it('counts the hits of the prediction cache', async () => {
    for (let i = 0; i < 4; i++) await api.predict({ text: 'the same again' });
    expect((await api.analytics.cache()).body).toEqual({ hits: 3, misses: 1, hit_rate: 0.75 });
  });

  // S4-F5
  it('counts the predictions of each model and version', async () => {
    const own = (await api.analytics.models()).body.filter(({ model }) => model === 'm0' || model === 'm1');
    expect(own).toHaveLength(6);
    for (const { model, model_version, count } of own) {
      const expected = ROWS.filter((row) => row.model === model && row.model_version === model_version).length;
      expect({ model, model_version, count }).toEqual({ model, model_version, count: expected });
    }
  });

  it('counts a label called __proto__ like any other', async () => {
    await api.predictions.log({ model: 'proto', model_version: 'v', label: '__proto__', confidence: 0.5 });
    expect((await api.analytics.timeseries({ model: 'proto' })).text).toContain('"__proto__":1');
    expect((await api.analytics.labels({ model: 'proto' })).text).toContain('"__proto__":1');
  });

  it('has the same average on both databases, also where their ROUNDs differ', async () => {
    await api.predictions.log({ model: 'round', model_version: 'v', label: 'l', confidence: 0.5124405 });
    const { body } = await api.analytics.summary({ model: 'round' });
    expect(body.avg_confidence).toBe(Math.floor(0.5124405 * 1e6 + 0.5) / 1e6);
  });
});
