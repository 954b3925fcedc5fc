import { DIALECTS, type TestDatabase, createTestDatabase } from '../support/databases.js';
import { ServerProcess } from '../support/server-process.js';

interface Item {
  id: string;
  timestamp: string;
  sentiment: string;
  label: string;
  confidence: number;
  scores: Record<string, number>;
  cache_hit: boolean;
  persisted: string;
  feedback_token: string;
  model_version: string;
}

interface Page {
  data: (Item & { input_text?: string })[];
  next_cursor: string | null;
}

describe.each(DIALECTS)('predictions on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_PUBLIC_ROUTES: 'predict,batch,analytics' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const log = (more: object = {}): object => ({
    model: 'router',
    model_version: 'v1',
    label: 'billing',
    confidence: 0.9,
    ...more,
  });

  it('S4-01 S4-02 S4-10 predicts a text and records it with everything that was known', async () => {
    const answer = await server.request<Item>('/api/v1/predict', {
      body: {
        text: '  I love this app!  ',
        user_id: 'u1',
        session_id: 's1',
        inference_id: 'i1',
        metadata: { page: 'home' },
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      sentiment: 'positive',
      label: 'positive',
      persisted: 'database',
      cache_hit: false,
    });
    expect(Object.values(answer.body.scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    expect(answer.body.feedback_token).toMatch(/^v1\./);
    const stored = await server.request(`/api/v1/predictions/${answer.body.id}`);
    expect(stored.status).toBe(200);
    expect(stored.body).toMatchObject({
      id: answer.body.id,
      timestamp: answer.body.timestamp,
      input_text: 'I love this app!',
      scores: answer.body.scores,
      user_id: 'u1',
      session_id: 's1',
      inference_id: 'i1',
      metadata: { page: 'home' },
      source: 'served',
      cache_hit: false,
    });
  });

  it('S4-F5 answers the same text from the cache and says so', async () => {
    const text = 'The cache should remember this sentence.';
    const first = await server.request<Item>('/api/v1/predict', { body: { text } });
    const second = await server.request<Item>('/api/v1/predict', { body: { text } });
    expect(first.body.cache_hit).toBe(false);
    expect(second.body.cache_hit).toBe(true);
    expect(second.body.scores).toEqual(first.body.scores);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('S4-05 S4-07 answers a batch in order and records all of it', async () => {
    const texts = ['I hate it', 'The box contains two cables', 'Wonderful service'];
    const answer = await server.request<{ predictions: Item[]; total: number; persisted: string }>('/api/v1/batch', {
      body: { texts },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ total: 3, persisted: 'database' });
    expect(answer.body.predictions.map(({ sentiment }) => sentiment)).toEqual(['negative', 'neutral', 'positive']);
    for (const { id } of answer.body.predictions)
      expect((await server.request(`/api/v1/predictions/${id}`)).status).toBe(200);
  });

  it('S4-06 checks each text of a batch on its own, names the bad ones and stores none', async () => {
    const before = (await server.request<{ total_predictions: number }>('/api/v1/analytics/summary')).body
      .total_predictions;
    const answer = await server.request<{ errors: { path: string }[] }>('/api/v1/batch', {
      body: { texts: ['good', '   ', 7, 'x'.repeat(10_001)] },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map(({ path }) => path)).toEqual(['texts.1', 'texts.2', 'texts.3']);
    const tooMany = await server.request<{ errors: { path: string }[] }>('/api/v1/batch', {
      body: { texts: Array(101).fill('a') },
    });
    expect(tooMany.status).toBe(422);
    expect(tooMany.body.errors[0]!.path).toBe('texts');
    expect(
      (await server.request<{ total_predictions: number }>('/api/v1/analytics/summary')).body.total_predictions,
    ).toBe(before);
  });

  it('S4-01 S4-05 S4-14 serves the older paths without a key when they are opened, and ignores what it does not know', async () => {
    const predicted = await server.request<Item>('/predict', {
      key: null,
      body: { text: 'fine', model_name: 'old client' },
    });
    expect(predicted.status).toBe(200);
    expect(predicted.body).toMatchObject({
      sentiment: expect.any(String),
      confidence: expect.any(Number),
      latency_ms: expect.any(Number),
    });
    const batch = await server.request<{ total: number }>('/batch', { key: null, body: { texts: ['one', 'two'] } });
    expect(batch.body.total).toBe(2);
    expect((await server.request('/analytics/summary?unknown=1', { key: null })).status).toBe(200);
    expect((await server.request('/api/v1/analytics/summary', { key: null })).status).toBe(401);
  });

  it('takes 10,000 characters of any Unicode after trimming, and counts characters, not code units', async () => {
    const exact = await server.request<Item>('/api/v1/predict', { body: { text: ` ${'😀'.repeat(10_000)} ` } });
    expect(exact.status).toBe(200);
    expect((await server.request('/api/v1/predict', { body: { text: '😀'.repeat(10_001) } })).status).toBe(422);
    const stored = await server.request<{ input_text: string }>(`/api/v1/predictions/${exact.body.id}`);
    expect([...stored.body.input_text]).toHaveLength(10_000);
  });

  it('S4-09 logs predictions made elsewhere with any label and version', async () => {
    const timestamp = new Date(Date.now() - 3_600_000).toISOString();
    const answer = await server.request<{ id: string; timestamp: string; persisted: string }>('/api/v1/predictions', {
      body: log({
        model_version: 'distilbert-v1',
        scores: { billing: 0.9, other: 0.1 },
        input_text: 'my bill',
        latency_ms: 12.5,
        timestamp,
      }),
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ timestamp, persisted: 'database' });
    const stored = await server.request(`/api/v1/predictions/${answer.body.id}`);
    expect(stored.body).toMatchObject({
      model_version: 'distilbert-v1',
      label: 'billing',
      latency_ms: 12.5,
      source: 'logged',
      timestamp,
    });
  });

  it('refuses a logged prediction outside of the accepted time, and takes its edges', async () => {
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const day = 86_400_000;
    for (const timestamp of [at(-91 * day), at(6 * 60_000), '2026-02-31T00:00:00Z', 'yesterday', '12026-01-01']) {
      const answer = await server.request<{ errors: { path: string }[] }>('/api/v1/predictions', {
        body: log({ timestamp }),
      });
      expect([timestamp, answer.status, answer.body.errors[0]?.path]).toEqual([timestamp, 422, 'timestamp']);
    }
    for (const timestamp of [at(-89.9 * day), at(4 * 60_000)]) {
      expect((await server.request('/api/v1/predictions', { body: log({ timestamp }) })).status).toBe(201);
    }
  });

  it('takes an id made by the caller, and the same id again without a second row', async () => {
    const time = Date.now().toString(16).padStart(12, '0');
    const own = `${time.slice(0, 8)}-${time.slice(8)}-7abc-8abc-123456789abc`;
    for (let i = 0; i < 2; i++) {
      const answer = await server.request<{ id: string }>('/api/v1/predictions', {
        body: log({ id: own, label: 'own-id' }),
      });
      expect([answer.status, answer.body.id]).toEqual([201, own]);
    }
    expect((await server.request<Page>('/api/v1/predictions?label=own-id')).body.data).toHaveLength(1);
    const wrong = await server.request<{ errors: { path: string }[] }>('/api/v1/predictions', {
      body: log({ id: own, timestamp: '2026-11-01T00:00:00Z' }),
    });
    expect([wrong.status, wrong.body.errors[0]!.path]).toEqual([422, 'id']);
  });

  it('streams NDJSON: stores what is good, names what is not by line', async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => JSON.stringify(log({ label: 'bulk', inference_id: `n${i}` })));
    lines[3] = 'not json';
    lines[700] = JSON.stringify(log({ confidence: 2 }));
    lines[701] = '';
    lines[1100] = `{"model":"${'x'.repeat(300_000)}"}`;
    const answer = await server.request('/api/v1/predictions', {
      raw: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const out = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(out.at(-1)).toEqual({ accepted: 1196, spooled: 0, refused: 3 });
    expect(out.slice(0, -1).map(({ line, status }) => [line, status])).toEqual([
      [4, 400],
      [701, 422],
      [1101, 413],
    ]);
    const counts = await server.request<Record<string, number>>('/api/v1/analytics/label-distribution');
    expect(counts.body.bulk).toBe(1196);
  });

  it('S4-F4 pages by cursor without missing or repeating a row while others arrive', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = (
        await server.request<Page>(`/api/v1/predictions?label=bulk&limit=100${cursor ? `&cursor=${cursor}` : ''}`)
      ).body;
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
      await server.request('/api/v1/predictions', { body: log({ label: 'bulk' }) });
    } while (cursor !== null);
    expect(seen).toHaveLength(1196);
    expect(new Set(seen).size).toBe(1196);
    const forged = await server.request<{ errors: { path: string }[] }>('/api/v1/predictions?cursor=AAAA');
    expect([forged.status, forged.body.errors[0]!.path]).toEqual([422, 'cursor']);
  });

  it('filters by every declared field, with half-open ranges', async () => {
    const base = Date.now() - 7_200_000;
    const at = (i: number): string => new Date(base + i * 1000).toISOString();
    for (let i = 0; i < 4; i++) {
      await server.request('/api/v1/predictions', {
        body: log({
          label: 'filtered',
          model: `m${i % 2}`,
          model_version: `v${i}`,
          confidence: i / 4,
          user_id: `fu${i}`,
          session_id: `fs${i}`,
          timestamp: at(i),
        }),
      });
    }
    const found = async (query: string): Promise<string[]> =>
      (
        await server.request<{ data: { model_version: string }[] }>(`/api/v1/predictions?label=filtered&${query}`)
      ).body.data.map((row) => row.model_version);
    expect(await found(`from=${at(1)}&to=${at(3)}`)).toEqual(['v2', 'v1']);
    expect(await found('model=m1')).toEqual(['v3', 'v1']);
    expect(await found('model_version=v2')).toEqual(['v2']);
    expect(await found('min_confidence=0.25&max_confidence=0.5')).toEqual(['v2', 'v1']);
    expect(await found('user_id=fu3')).toEqual(['v3']);
    expect(await found('session_id=fs0')).toEqual(['v0']);
    expect(await found('cache_hit=true')).toEqual([]);
    expect(await found('limit=1')).toEqual(['v3']);
  });

  it('S4-18 S4-F6 shows the text only to a key with read:text, and never in analytics', async () => {
    const canary = 'Canary sentence zqxwk that nobody else should read';
    await server.request('/api/v1/predict', { body: { text: canary } });
    for (const path of [
      'summary',
      'recent?limit=1000',
      'label-distribution',
      'models',
      'timeseries',
      'latency',
      'cache',
    ]) {
      const answer = await server.request(`/api/v1/analytics/${path}`);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('zqxwk');
    }
    // Lines are written twice a second: wait for those of the requests above.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(server.log).toContain('/api/v1/analytics/cache');
    expect(server.log).not.toContain('zqxwk');
  });
});
