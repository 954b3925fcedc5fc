import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { onBothDatabases } from '../../support/environment.js';
import { newId } from '../../support/ids.js';
import { until } from '../../support/outage.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

onBothDatabases('labels', ({ api, admin, database, dialect }) => {
  // S4-13
  it('keeps what comes before its prediction, and links it when the prediction appears', async () => {
    const id = newId();
    const byId = await api.labels.create({ prediction_id: id, label: 'right', source: 'system' });
    expect(byId).toMatchObject({ status: 202, body: { link: 'pending', prediction_ids: [] } });
    const byName = await api.labels.create({ inference_id: `order-${id}`, label: 'also right', source: 'import' });
    expect(byName).toMatchObject({ status: 202, body: { link: 'pending' } });

    await api.predictions.log({ ...LOGGED, id, inference_id: `order-${id}` });
    expect(await api.predictions.get(id)).toMatchObject({
      body: { labels: [{ label: 'right' }, { label: 'also right' }] },
    });
    await until(async () => {
      const pending = await database.query(
        `SELECT id FROM prediction_labels WHERE link = 'pending' AND (prediction_id = '${id}' OR inference_id = 'order-${id}')`,
      );
      return pending.length === 0;
    });
    const stored = await database.query<{ prediction_id: string }>(
      `SELECT prediction_id FROM prediction_labels WHERE inference_id = 'order-${id}'`,
    );
    expect(stored).toEqual([{ prediction_id: id }]);
  });

  it('labels by the caller’s own id: the latest recorded under it, and the answer lists all', async () => {
    const first = await api.predictions.log({ ...LOGGED, inference_id: 'twice' });
    const second = await api.predictions.log({ ...LOGGED, inference_id: 'twice' });
    const created = await api.labels.create({
      inference_id: 'twice',
      label: 'spam',
      source: 'review',
      labeller: 'ann',
    });
    expect(created).toMatchObject({
      status: 201,
      body: { prediction_id: second.body.id, prediction_ids: [second.body.id, first.body.id] },
    });
    expect(await api.predictions.get(second.body.id)).toMatchObject({
      body: { labels: [{ label: 'spam', source: 'review', labeller: 'ann' }] },
    });
    expect(await api.predictions.get(first.body.id)).toMatchObject({ body: { labels: [] } });
  });

  it('takes NDJSON, names what it refuses, and changes nothing when a line is sent again', async () => {
    const { id } = await api.predicted();
    const other = await api.predicted();
    const own = newId();
    const label = { id: own, prediction_id: id, label: 'a', source: 'system' } as const;
    const answer = await api.labels.create(
      ndjson([
        label,
        { prediction_id: 'no uuid', label: 'a', source: 'system' },
        { inference_id: 'unknown', label: 'b', source: 'audit' },
        { label: 'c', source: 'system' },
        { inference_id: 'unknown', prediction_id: id, label: 'd', source: 'import' },
        { inference_id: 'unknown', label: 'e', source: 'import' },
      ]),
    );
    expect(linesOf(answer)).toMatchObject([
      { line: 2 },
      { line: 3 },
      { line: 4 },
      { line: 5 },
      { accepted: 2, spooled: 0, refused: 4 },
    ]);
    expect(linesOf(await api.labels.create(ndjson([label])))).toEqual([{ accepted: 1, spooled: 0, refused: 0 }]);
    expect((await api.predictions.get(id)).body.labels).toHaveLength(1);

    for (const taken of [
      { ...label, prediction_id: other.id },
      { ...label, timestamp: '2026-01-01T00:00:00Z' },
    ])
      expect(await api.labels.create(taken)).toMatchObject({
        status: 409,
        text: expect.stringContaining('id_taken'),
      });
  });

  it('answers again by the Idempotency-Key', async () => {
    const { id } = await api.predicted();
    const label = { prediction_id: id, label: 'once', source: 'system' } as const;
    const options = { headers: { 'idempotency-key': `label ${dialect}` } };
    const first = await api.labels.create(label, options);
    expect(first).toMatchObject({ status: 201 });
    expect(await api.labels.create(label, options)).toMatchObject({
      headers: { 'idempotent-replayed': 'true' },
      body: { id: first.body.id },
    });
    expect((await api.predictions.get(id)).body.labels).toHaveLength(1);
  });

  it('keeps tenants apart', async () => {
    const tenant = await admin.tenants.create({ slug: `labels-${dialect}`, name: 'O' });
    const { id } = await api.predicted();
    const theirs = await api
      .as(tenant.body.admin_key)
      .labels.create({ prediction_id: id, label: 'theirs', source: 'system' });
    expect(theirs).toMatchObject({ status: 202, body: { prediction_ids: [] } });
    expect(await api.predictions.get(id)).toMatchObject({ body: { labels: [] } });
  });
});
