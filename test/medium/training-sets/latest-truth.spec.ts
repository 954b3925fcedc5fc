import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

onBothDatabasesInProcess('training sets', ({ api, admin }) => {
  it('take the truth that is the latest, not the label that arrived last, and count the conflict', async () => {
    const logged = await api.predictions.log({
      model: 'm',
      model_version: '1',
      label: 'bug',
      confidence: 0.5,
      input_text: 'The invoice is wrong.',
    });
    const prediction_id = (logged.body as { id: string }).id;
    const [day, late] = [new Date(Date.now() - 86_400_000), new Date(Date.now() - 10 * 86_400_000)];
    for (const [label, timestamp] of [
      ['bug', day.toISOString()],
      ['billing', late.toISOString()],
    ] as const)
      expect((await api.labels.create({ prediction_id, label, source: 'import', timestamp })).status).toBe(201);
    const set = await admin.trainingSets.create({ name: 'latest truth' });
    expect(set).toMatchObject({ status: 201, body: { state: 'ready', examples: 1, provenance: { conflicts: 1 } } });
    const data = await admin.trainingSets.data((set.body as { id: string }).id);
    expect(JSON.parse(data.text)).toMatchObject({ label: 'bug' });
  });
});
