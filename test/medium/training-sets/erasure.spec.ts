import { createHash } from 'node:crypto';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const CANARY = 'canary-7f31';
const OTHERS = 10;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

onBothDatabasesInProcess(
  'training sets after an erasure',
  ({ api, admin, database }) => {
    const { data } = admin.trainingSets;
    const get = async (id: string) => (await admin.trainingSets.get(id)).body;
    const examplesOf = (id: string) =>
      database.query(`SELECT training_set_id FROM training_examples WHERE training_set_id = '${id}'`);

    async function record(input_text: string, user_id: string, source?: 'system' | 'review' | 'import') {
      const { body } = await api.predictions.log({
        model: 'm',
        model_version: 'v',
        label: 'y',
        confidence: 0.6,
        input_text,
        user_id,
      });
      if (source) await api.labels.create({ prediction_id: body.id, label: 'x', source });
      return body.id;
    }
    async function create(body: Parameters<typeof admin.trainingSets.create>[0] = {}) {
      const created = await admin.trainingSets.create(body);
      expect(created).toMatchObject({ status: 201 });
      return created.body;
    }

    // S4-F3
    it('of a subject are revoked, and replaced by sets without the subject', async () => {
      for (let i = 0; i < OTHERS; i++) await record(`text ${i}`, `user-${i % 5}`, 'system');
      await record('twice', 'user-1', 'review');
      const without = await create({ name: 'before the subject' });
      await record('twice', CANARY, 'import');
      for (let i = 0; i < 3; i++) await record(`${CANARY} ${i}`, CANARY, 'import');
      const sets = [await create({ name: 'one' }), await create({ name: 'two', seed: 'another' })];
      expect(sets).toMatchObject([{ examples: OTHERS + 1 + 3 }, { examples: OTHERS + 1 + 3 }]);

      const { removed } = (await api.subjects.erase(CANARY)).body;
      expect(removed.training_sources).toBeGreaterThan(0);
      for (const before of sets) {
        const after = await get(before.id);
        expect(after).toMatchObject({ state: 'revoked', sha256: before.sha256, successor_id: expect.any(String) });
        const successorId = after.successor_id!;
        expect(await data(before.id)).toMatchObject({
          status: 409,
          text: expect.stringContaining(successorId) as string,
        });
        expect(await examplesOf(before.id)).toEqual([]);
        // The subject was one of two sources of the text "twice".
        const { text } = await data(successorId);
        expect(await get(successorId)).toMatchObject({
          state: 'ready',
          predecessor_id: before.id,
          examples: OTHERS,
          sha256: sha256(text),
        });
        expect(text).not.toContain(CANARY);
        expect(text).not.toContain('"twice"');
      }
      expect(await get(without.id)).toMatchObject({ state: 'ready', successor_id: null });
      expect(JSON.stringify(await database.query('SELECT * FROM training_sources'))).not.toContain(CANARY);
    });

    // S4-F3
    it("of a rater do not keep that rater's label of another subject's prediction", async () => {
      const id = await record('rated by another', 'user-3');
      const label = `${CANARY}-label`;
      const vote = await api.votes.create(id, { correct: false, label, user_id: 'rater' });
      expect(vote).toMatchObject({ status: 201 });
      const set = await create({ sources: ['vote'] });
      expect((await data(set.id)).text).toContain(label);

      expect(await api.subjects.erase('rater')).toMatchObject({ status: 200 });
      const revoked = await get(set.id);
      expect(revoked).toMatchObject({ state: 'revoked', provenance: { by_label: {} } });
      expect((await data(revoked.successor_id!)).text).not.toContain(label);
      expect(JSON.stringify(await database.query('SELECT * FROM training_sets'))).not.toContain(label);
    });

    // S4-F3
    it('of several subjects at the same time end in one set without any of them', async () => {
      const users = Array.from({ length: 6 }, (_, i) => `parallel-${i}`);
      for (const user of users) for (let i = 0; i < 5; i++) await record(`text ${i} of ${user}`, user, 'system');
      const set = await create({ name: 'parallel' });
      const erased = users.slice(0, 5);
      const answers = await Promise.all(erased.map((user) => api.subjects.erase(user)));
      expect(answers).toMatchObject(erased.map(() => ({ status: 200 })));

      let last = await get(set.id);
      while (last.successor_id !== null) last = await get(last.successor_id);
      const { text } = await data(last.id);
      expect(last).toMatchObject({ state: 'ready', examples: set.examples - 25, sha256: sha256(text) });
      expect(erased.filter((user) => text.includes(user))).toEqual([]);
      expect(text).toContain('parallel-5');
      expect(await examplesOf(set.id)).toEqual([]);
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
