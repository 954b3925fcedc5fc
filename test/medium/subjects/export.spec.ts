import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, noise } from '../../support/pictures.js';
import { filesOfZip } from '../../support/zip-file.js';

type Rows = Record<string, unknown>[];

onBothDatabasesInProcess(
  'the export of a data subject',
  ({ api, admin }) => {
    // F21: one declaration says what belongs to a subject, so that export and erasure cannot differ.
    it('holds, store by store, what the erasure then removes', async () => {
      const predicted = await api.predict({ text: 'This is lovely.', user_id: 'anna' });
      const { feedback_token: token, id } = predicted.body as { id: string; feedback_token: string };
      const asAnna = api.as(null, { 'x-feedback-token': token });
      const comment = 'I said that it is not.';
      expect((await asAnna.votes.create(id, { correct: false, comment })).status).toBe(201);
      expect((await api.votes.create(id, { correct: true, user_id: 'ben' })).status).toBe(201);
      expect((await api.labels.create({ prediction_id: id, label: 'negative', source: 'review' })).status).toBe(201);
      const submitted = await api.feedback.create({
        session_id: 's',
        category: 'bug',
        description: 'The chart is empty.',
        url: 'https://app.example.com',
        timestamp: '2026-11-22T09:30:00Z',
        user_id: 'anna',
        screenshot: dataUrl(await noise(40, 40)),
      });
      const feedbackId = (submitted.body as { id: string }).id;
      type Item = { id: string; version: number; screenshots: { state: string }[] };
      const item = async (): Promise<Item> => (await admin.inbox.get(feedbackId)).body as Item;
      await until(async () => (await item()).screenshots.every(({ state }) => state === 'ready'));
      expect((await admin.inbox.triage(await item(), { is_read: true })).status).toBe(200);
      expect((await api.metricEvents.create({ type: 't', data: {}, user_id: 'anna', external_id: 'e' })).status).toBe(
        201,
      );

      const archive = await api.call('export_subject', { path: { id: 'anna' } });
      const files = await filesOfZip(archive.bytes);
      const read = <T>(name: string): T => JSON.parse(files.get(name)?.toString() ?? 'null') as T;
      const { copies, stores } = read<{ stores: string[]; copies: Record<string, number> }>('subject.json');
      const counts = Object.fromEntries(stores.map((store) => [store, read<Rows>(`${store}.json`).length]));
      const present = Object.fromEntries(Object.entries(copies).filter(([, n]) => n > 0));

      expect(read<Rows>('votes.json')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ correct: false, comment }),
          expect.objectContaining({ correct: true, user_id: null, rater: null }),
        ]),
      );
      expect(read<Rows>('predictions.json')).toEqual([
        expect.objectContaining({ confidence: expect.any(Number) as unknown }),
      ]);
      expect([...files.keys()].filter((name) => name.startsWith('files/'))).toHaveLength(1);
      const erased = await api.call('erase_subject', { path: { id: 'anna' } });
      expect(erased).toMatchObject({ status: 200 });
      expect((erased.body as { removed: object }).removed).toEqual({ ...counts, ...present });
      expect(Object.keys(counts).sort()).toEqual(
        expect.arrayContaining([
          'feedback',
          'feedback_history',
          'labels',
          'metric_events',
          'predictions',
          'screenshots',
          'votes',
        ]),
      );
    });

    it('contains decrypted fields and screenshots, whatever characters the id has', async () => {
      const user_id = 'canary ä/?#@example.com';
      const logged = await api.predictions.log({
        model: 'm',
        model_version: 'v',
        label: 'l',
        confidence: 0.9,
        input_text: 'the subject wrote this',
        metadata: { note: 'a note' },
        user_id,
      });
      expect(logged).toMatchObject({ status: 201 });
      await api.labels.create({ prediction_id: logged.body.id, label: 'x', source: 'system', user_id });
      await api.predict({ text: 'the subject is fine', user_id });
      await api.metricEvents.create({ type: 't', data: { email: 'a@example.com', more: 'data' }, user_id });
      await api.feedback.create({
        session_id: 's',
        category: 'bug',
        description: 'by the subject',
        url: 'https://app.example.com',
        timestamp: 'now',
        user_id,
        screenshot: dataUrl(await noise(40, 40)),
      });
      // On a busy machine a record may be accepted (202) before it is in the database.
      await until(async () => (await api.predictions.list({ user_id })).body.data.length === 2);

      const archive = await api.subjects.export(user_id);
      expect(archive).toMatchObject({ status: 200, headers: { 'content-type': 'application/zip' } });
      const files = await filesOfZip(archive.bytes);
      const read = (name: string): unknown => JSON.parse(files.get(name)?.toString() ?? 'null');
      expect(read('subject.json')).toMatchObject({
        user_id,
        stores: expect.arrayContaining(['predictions', 'labels', 'feedback', 'metric_events']) as string[],
      });
      const predictions = read('predictions.json') as Rows;
      expect(predictions).toHaveLength(2);
      expect(predictions).toContainEqual(
        expect.objectContaining({
          source: 'logged',
          input_text: 'the subject wrote this',
          metadata: { note: 'a note' },
          cache_hit: false,
        }),
      );
      expect(read('metric_events.json')).toMatchObject([
        { sensitive: { email: 'a@example.com' }, data: { more: 'data' } },
      ]);
      expect([...files.keys()].filter((name) => name.startsWith('files/'))).toHaveLength(1);
    });
  },
  { settings: { FL_METRIC_EVENTS_SENSITIVE: 'email' } },
);
