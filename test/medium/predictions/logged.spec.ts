import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const DAY = 86_400_000;
const LOGGED = { model: 'router', model_version: 'v1', label: 'billing', confidence: 0.9 };
const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();

onBothDatabasesInProcess('logged predictions', ({ api }) => {
  // S4-09
  it('have any label and version of the model that made them', async () => {
    const sent = {
      ...LOGGED,
      model_version: 'distilbert-v1',
      scores: { billing: 0.9, other: 0.1 },
      input_text: 'my bill',
      latency_ms: 12.5,
      timestamp: fromNow(-3_600_000),
    };
    const answer = await api.predictions.log(sent);
    expect(answer).toMatchObject({ status: 201, body: { timestamp: sent.timestamp, persisted: 'database' } });
    expect(await api.predictions.get(answer.body.id)).toMatchObject({ body: { ...sent, source: 'logged' } });
  });

  it.each([
    ['91 days ago', fromNow(-91 * DAY)],
    ['in six minutes', fromNow(6 * 60_000)],
    ['on a day that does not exist', '2026-02-31T00:00:00Z'],
    ['in words', 'yesterday'],
    ['in a year with five digits', '12026-01-01'],
  ])('are refused with a timestamp %s', async (_, timestamp) => {
    expect(await api.predictions.log({ ...LOGGED, timestamp })).toMatchObject(refusalOf('timestamp'));
  });

  it.each([
    ['90 days ago', -89.9 * DAY],
    ['in five minutes', 4 * 60_000],
  ])('may have a timestamp of nearly %s', async (_, ms) => {
    expect(await api.predictions.log({ ...LOGGED, timestamp: fromNow(ms) })).toMatchObject({ status: 201 });
  });

  describe('as NDJSON', () => {
    const good = 1196;

    it('are recorded, except for invalid lines, which are named', async () => {
      const lines: unknown[] = Array.from({ length: 1200 }, (_, i) => ({
        ...LOGGED,
        label: 'bulk',
        inference_id: `n${i}`,
      }));
      lines[3] = 'not json';
      lines[700] = { ...LOGGED, confidence: 2 };
      lines[701] = '';
      lines[1100] = { model: 'x'.repeat(300_000) };
      const answer = await api.predictions.log(ndjson(lines));
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-type': expect.stringContaining('application/x-ndjson') },
      });
      expect(linesOf(answer)).toMatchObject([
        { line: 4, status: 400 },
        { line: 701, status: 422 },
        { line: 1101, status: 413 },
        { accepted: good, spooled: 0, refused: 3 },
      ]);
      expect((await api.analytics.labels()).body.bulk).toBe(good);
    });

    // S4-F4
    it('are each on one page of the list, while others arrive', async () => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { body } = await api.predictions.list({ label: 'bulk', limit: 100, cursor });
        seen.push(...body.data.map(({ id }) => id));
        cursor = body.next_cursor ?? undefined;
        await api.predictions.log({ ...LOGGED, label: 'bulk' });
      } while (cursor !== undefined);
      expect(seen).toHaveLength(good);
      expect(new Set(seen).size).toBe(good);
    });
  });

  describe('are listed', () => {
    const began = Date.now() - 7_200_000;
    const at = (i: number): string => new Date(began + i * 1000).toISOString();
    beforeAll(async () => {
      const rows = Array.from({ length: 4 }, (_, i) => ({
        label: 'filtered',
        model: `m${i % 2}`,
        model_version: `v${i}`,
        confidence: i / 4,
        user_id: `fu${i}`,
        session_id: `fs${i}`,
        timestamp: at(i),
      }));
      for (const row of rows) await api.predictions.log(row);
    });

    it.each<[query: Parameters<typeof api.predictions.list>[0] & object, versions: string[]]>([
      [{ from: at(1), to: at(3) }, ['v2', 'v1']],
      [{ model: 'm1' }, ['v3', 'v1']],
      [{ model_version: 'v2' }, ['v2']],
      [{ min_confidence: 0.25, max_confidence: 0.5 }, ['v2', 'v1']],
      [{ user_id: 'fu3' }, ['v3']],
      [{ session_id: 'fs0' }, ['v0']],
      [{ cache_hit: true }, []],
      [{ limit: 1 }, ['v3']],
    ])('by %j', async (query, versions) => {
      const { body } = await api.predictions.list({ label: 'filtered', ...query });
      expect(body.data.map(({ model_version }) => model_version)).toEqual(versions);
    });
  });
});
