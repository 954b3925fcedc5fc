import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

onBothDatabasesInProcess('the health of a server', ({ api, admin, dialect }) => {
  const anonymous = api.as(null);

  // S1-22 S1-23 S1-24
  it.each([
    ['liveness', 'alive'],
    ['readiness', 'healthy'],
    ['startup', 'started'],
    ['health', 'healthy'],
  ] as const)('is all that the probe %s returns', async (probe, status) => {
    const answer = await anonymous.call(probe, {});
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status });
  });

  // S0-38 S0-32 S0-49
  it('is returned in the format of the oldest legacy system', async () => {
    const legacy = await anonymous.call('health_older_shape', {});
    expect(legacy.status).toBe(200);
    expect(legacy.body).toEqual({
      status: 'healthy',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      database: { status: 'ok', backend: dialect, total_metrics: 0, database_size_mb: expect.any(Number) as number },
    });
  });

  // S1-25 S2-07 S0-21
  it('is reported to administrators with components, pools and their use, without passwords', async () => {
    const { body, text } = await admin.health();
    expect(body).toMatchObject({
      status: 'healthy',
      components: {
        database: {
          status: 'up',
          backend: dialect,
          size_bytes: expect.any(Number) as number,
          pools: expect.arrayContaining(
            ['ingest', 'analytics'].map((pool) => expect.objectContaining({ pool }) as object),
          ) as object[],
        },
        models: { status: 'up' },
      },
    });
    expect(text).not.toContain('postgres:postgres');
  });

  // S1-26 S2-11
  it('is measured by metrics for Prometheus', async () => {
    expect(await api.predict({ text: 'something to count' })).toMatchObject({ status: 200 });
    const { text } = await admin.metrics();
    const names = [
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
    ];
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  // S1-26 S2-11
  it('is measured by metrics as JSON on request', async () => {
    const json = await admin.metrics({ headers: { accept: 'application/json' } });
    expect(json.body).toContainEqual(expect.objectContaining({ name: 'feedback_loop_predictions_total' }));
  });
});
