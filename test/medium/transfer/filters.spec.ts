import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

onBothDatabasesInProcess('exports of part of the records', ({ api, server }) => {
  beforeAll(async () => {
    const predictions = ['billing', 'billing', 'refund'].map((label, i) => ({
      model: i === 0 ? 'router-1' : 'router-2',
      model_version: '7',
      label,
      confidence: 0.5,
      inference_id: `ticket-${i}`,
      user_id: i === 2 ? 'anna' : null,
    }));
    await api.predictions.log(ndjson(predictions));
    const listed = await api.predictions.list();
    const [first, second] = (listed.body as { data: { id: string }[] }).data;
    await api.votes.create(first!.id, { correct: true });
    await api.votes.create(second!.id, { correct: false });
    await api.labels.create({ prediction_id: first!.id, label: 'billing', source: 'system' });
    await api.labels.create({ prediction_id: second!.id, label: 'other', source: 'system' });
  });

  // N27
  it.each([
    ['predictions', 'label=billing', 2],
    ['predictions', 'model=router-2', 2],
    ['predictions', 'model=router-2&label=billing', 1],
    ['predictions', 'model_version=8', 0],
    ['predictions', 'inference_id=ticket-1', 1],
    ['predictions', 'user_id=anna', 1],
    ['votes', 'correct=false', 1],
    ['votes', 'label=billing', 0],
    ['labels', 'label=other', 1],
    ['labels', '', 2],
  ])('contain the %s that %s selects', async (kind, filter, count) => {
    const exported = await server.request(`/api/v1/${kind}/export?format=jsonl&${filter}`);
    expect(exported.status).toBe(200);
    expect(exported.text.split('\n').filter((line) => line !== '')).toHaveLength(count);
  });

  it('refuse a filter that the kind does not have by its name', async () => {
    expect(await server.request('/api/v1/labels/export?model=m')).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'model' }] },
    });
  });

  it('select by the same names as lists', async () => {
    const exported = await api.predictions.export({ format: 'jsonl', label: 'refund' });
    expect(linesOf(exported)).toMatchObject([{ label: 'refund', inference_id: 'ticket-2' }]);
  });
});
