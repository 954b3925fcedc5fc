import { createHash } from 'node:crypto';
import { linesOf } from '../../support/api/caller.js';
import { invalid } from '../../support/api/payloads.js';
import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

interface Example {
  text: string;
  split: string;
  prediction_ids: string[];
}

const TEXTS = 40;
/** Each text, two users' text "twice" once, and three of another user. */
const EXAMPLES = TEXTS + 1 + 3;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The tests go on from each other: the last one deletes the labels of all. */
onBothDatabasesInProcess(
  'training sets',
  ({ api, admin, database }) => {
    const { data } = admin.trainingSets;
    async function record(
      input_text: string,
      user_id: string,
      label?: { label: string; source: 'system' | 'review' | 'import' },
    ): Promise<string> {
      const { body } = await api.predictions.log({
        model: 'm',
        model_version: 'v',
        label: 'y',
        confidence: 0.6,
        input_text,
        user_id,
      });
      if (label) await api.labels.create({ prediction_id: body.id, ...label });
      return body.id;
    }
    async function create(body: Parameters<typeof admin.trainingSets.create>[0] = {}) {
      const created = await admin.trainingSets.create(body);
      expect(created).toMatchObject({ status: 201 });
      return created.body;
    }

    beforeAll(async () => {
      for (let i = 0; i < TEXTS; i++)
        await record(`text ${i}`, `user-${i % 20}`, { label: i % 3 === 0 ? 'x' : 'y', source: 'system' });
      // The same text of two users with two labels: the one of a review wins.
      await record('twice', 'user-1', { label: 'x', source: 'review' });
      await record('twice', 'another', { label: 'y', source: 'import' });
      for (let i = 0; i < 3; i++) await record(`another ${i}`, 'another', { label: 'x', source: 'import' });
      await record('without a label', 'user-2');
    });

    describe('of labelled texts', () => {
      let set: Awaited<ReturnType<typeof create>>;
      let text: string;
      let examples: Example[];
      beforeAll(async () => {
        set = await create({ name: 'first' });
        ({ text } = await data(set.id));
        examples = linesOf<Example>({ text });
      });

      // S4-13
      it('name their sources, and count duplicates and conflicts', () => {
        expect(set).toMatchObject({
          state: 'ready',
          examples: EXAMPLES,
          sha256: sha256(text),
          provenance: {
            predictions: EXAMPLES + 1,
            duplicates: 1,
            conflicts: 1,
            by_source: { review: 1, system: TEXTS, import: 3 },
          },
        });
      });

      // S4-13
      it('contain each text once, with the label of the best source, and no users', () => {
        expect(examples).toHaveLength(EXAMPLES);
        expect(examples.filter((example) => example.text === 'twice')).toMatchObject([
          {
            label: 'x',
            label_source: 'review',
            predicted_label: 'y',
            prediction_ids: [expect.any(String), expect.any(String)],
          },
        ]);
        expect(text).not.toContain('user-1');
      });

      // S4-13
      it('have each subject in one split only', async () => {
        const splitsOf = new Map<string | null, Set<string>>();
        for (const { prediction_ids, split } of examples) {
          const { user_id } = (await api.predictions.get(prediction_ids[0]!)).body;
          splitsOf.set(user_id, (splitsOf.get(user_id) ?? new Set()).add(split));
        }
        expect([...splitsOf].filter(([, splits]) => splits.size > 1)).toEqual([]);
        const splits = ['train', 'validation', 'test'] as const;
        const parts = await Promise.all(splits.map((split) => data(set.id, { split })));
        expect(parts.reduce((sum, part) => sum + linesOf(part).length, 0)).toBe(EXAMPLES);
      });

      it('are stored encrypted', async () => {
        const stored = await database.query<{ body: string }>('SELECT body FROM training_examples');
        expect(stored).not.toEqual([]);
        expect(stored.filter(({ body }) => !body.startsWith('v1.'))).toEqual([]);
      });
    });

    it('of votes state which bias the choice of the raters adds', async () => {
      const id = await record('voted', 'user-9');
      await api.votes.create(id, { label: 'z' });
      const set = await create({ sources: ['vote'] });
      expect(set).toMatchObject({ examples: 1, provenance: { by_label: { z: 1 } } });
      expect(set.provenance.bias.join(' ')).toContain('Raters choose what they vote on');
    });

    it.each([
      [{ splits: { train: 0.5, validation: 0.1, test: 0.1 } }, 'splits'],
      [{ sources: ['rumour'] }, 'sources.0'],
      [{ from: 'yesterday' }, 'from'],
      [{ model: 'unknown' }, 'from'],
    ])('are not created from %j, and the field is named', async (body, path) => {
      expect(await admin.trainingSets.create(invalid(body))).toMatchObject(refusalOf(path));
    });

    it('are read only with keys that may read texts', async () => {
      const { key } = (await admin.keys.create({ name: 'k', scopes: ['admin'] })).body;
      const [set] = (await admin.trainingSets.list()).body.data;
      expect(await data(set!.id, {}, { key })).toMatchObject({ status: 403 });
    });

    it('are gone when they are deleted', async () => {
      const set = await create();
      expect(await admin.trainingSets.delete(set.id)).toMatchObject({ status: 200 });
      expect(await admin.trainingSets.get(set.id)).toMatchObject({ status: 404 });
    });

    // S4-13
    it('are the same bytes at every read and when they are created again, whatever is recorded or deleted', async () => {
      const to = new Date().toISOString();
      const set = await create({ to });
      const { text } = await data(set.id);
      const [first] = linesOf<Example>({ text });
      await api.labels.create({ prediction_id: first!.prediction_ids[0]!, label: 'later', source: 'review' });
      await record('a later text', 'user-3', { label: 'x', source: 'system' });
      expect(await data(set.id)).toMatchObject({ status: 200, text });

      const again = await create({ to });
      expect(again.id).not.toBe(set.id);
      expect(again.sha256).toBe(set.sha256);
      expect((await create()).sha256).not.toBe(set.sha256);
      // Retention does not delete what is in a set.
      await database.query('DELETE FROM prediction_labels');
      expect(await data(set.id)).toMatchObject({ status: 200, text });
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
