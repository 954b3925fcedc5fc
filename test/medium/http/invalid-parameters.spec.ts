import { expectProblem, refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

onBothDatabasesInProcess('parameters', ({ api, server }) => {
  // S1-19 S4-17 S4-19
  it.each([
    ['/api/v1/predictions?limit=0', 'limit'],
    ['/api/v1/predictions?limit=1001', 'limit'],
    ['/api/v1/predictions?limit=ten', 'limit'],
    ['/api/v1/predictions?limit=1.5', 'limit'],
    ['/api/v1/predictions?limit=', 'limit'],
    ['/api/v1/predictions?limit=1&limit=2', 'limit'],
    ['/api/v1/predictions?from=yesterday', 'from'],
    ['/api/v1/predictions?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['/api/v1/predictions?min_confidence=2', 'min_confidence'],
    ['/api/v1/predictions?cache_hit=maybe', 'cache_hit'],
    ['/api/v1/predictions?cursor=zzz', 'cursor'],
    ['/api/v1/predictions?cursor=AAAA', 'cursor'],
    ['/api/v1/predictions?unknown=1', 'unknown'],
    ['/api/v1/predictions/not-a-uuid', 'id'],
    ['/api/v1/analytics/recent?limit=0', 'limit'],
    ['/api/v1/analytics/recent?limit=1001', 'limit'],
    ['/api/v1/analytics/recent?limit=abc', 'limit'],
    ['/api/v1/analytics/timeseries?bucket=week', 'bucket'],
    ['/api/v1/analytics/timeseries?bucket=hour&from=2020-01-01T00:00:00Z', 'from'],
    ['/api/v1/analytics/timeseries?to=0001-01-01', 'to'],
    ['/api/v1/analytics/summary?to=nope', 'to'],
    ['/analytics/recent?limit=5000', 'limit'],
    // An export has no pages: a limit would be ignored.
    ['/admin/api/export?limit=5', 'limit'],
    ['/api/v1/metrics/export?limit=5', 'limit'],
    ['/api/v1/metrics/stats?limit=5', 'limit'],
  ])('are refused by name: %s', async (url, path) => {
    expectProblem(await server.request(url), { status: 422, path });
  });

  describe('that are a cursor', () => {
    let cursor: string;
    beforeAll(async () => {
      for (let i = 0; i < 2; i++) await api.predictions.log(LOGGED);
      const { body } = await api.predictions.list({ limit: 1 });
      cursor = body.next_cursor as string;
    });

    it('lead to the next page of their list', async () => {
      expect(await api.predictions.list({ limit: 1, cursor })).toMatchObject({ status: 200 });
    });

    it.each(['/admin/api/audit', '/admin/api/feedback', '/admin/api/keys', '/api/v1/metrics'])(
      'of another list are refused by %s',
      async (path) => {
        expect(await server.request(`${path}?cursor=${cursor}`)).toMatchObject(refusalOf('cursor'));
      },
    );

    it.each(['=', '!!', '%20'])('are refused with %s behind them', async (ending) => {
      expect(await server.request(`/api/v1/predictions?cursor=${cursor}${ending}`)).toMatchObject(refusalOf('cursor'));
    });
  });
});
