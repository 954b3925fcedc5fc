import { refusalOf } from '../../support/expectations.js';
import { newId } from '../../support/ids.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

onBothDatabasesInProcess('an id that the caller chose', ({ api }) => {
  it('makes one row, however often the same record is sent', async () => {
    const body = { ...LOGGED, id: newId(), label: 'own-id' };
    for (let i = 0; i < 2; i++)
      expect(await api.predictions.log(body)).toMatchObject({ status: 201, body: { id: body.id } });
    expect((await api.predictions.list({ label: 'own-id' })).body.data).toHaveLength(1);
  });

  it('is refused if its time is not that of the record', async () => {
    const body = { ...LOGGED, id: newId(), timestamp: '2026-11-01T00:00:00Z' };
    expect(await api.predictions.log(body)).toMatchObject(refusalOf('id'));
  });

  it('is a conflict, and not acknowledged, if another record has it', async () => {
    const id = newId();
    expect(await api.predictions.log({ ...LOGGED, id, label: 'mine' })).toMatchObject({ status: 201 });
    expect(await api.predictions.log({ ...LOGGED, id, label: 'mine' })).toMatchObject({ status: 201 });
    expect(await api.predictions.log({ ...LOGGED, id, label: 'other' })).toMatchObject({ status: 409 });
    expect(await api.predictions.get(id)).toMatchObject({ body: { label: 'mine' } });
  });
});
