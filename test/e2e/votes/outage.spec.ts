import { onPostgresBehindProxy } from '../../support/environment.js';
import { until } from '../../support/outage.js';

const NO_VOTES = { correct: 0, wrong: 0, conflicts: 0, ratings: {} };

onPostgresBehindProxy(
  'votes and labels in an outage',
  ({ api, proxy }) => {
    const votesOn = async (id: string) => (await api.predictions.get(id)).body.votes;

    it.each(['refuse', 'hang'] as const)('are kept (%s), and the newer one wins after the replay', async (mode) => {
      const early = await api.predicted('Before the outage.');
      const vote = await api.votes.create(early.id, { correct: true, user_id: 'ann' });
      expect(vote).toMatchObject({ status: 201 });

      proxy.set(mode);
      const changed = await api.votes.create(early.id, { correct: false, user_id: 'ann' });
      expect(changed).toMatchObject({ status: 202, body: { persisted: 'spool' } });
      const late = await api.predicted('In the outage.');
      const lateVote = await api.votes.create(late.id, { correct: true, user_id: 'bob' });
      expect(lateVote).toMatchObject({ status: 202 });
      const lateLabel = await api.labels.create({ prediction_id: late.id, label: 'x', source: 'system' });
      expect(lateLabel).toMatchObject({ status: 202 });

      proxy.set('pass');
      await until(async () => (await api.health()).body.status === 'healthy');
      // Newer than what the spool is about to bring, or not: the last acceptance counts.
      await until(async () => (await votesOn(early.id))?.wrong === 1);
      expect(await votesOn(early.id)).toEqual({ ...NO_VOTES, wrong: 1 });
      await until(async () => (await api.predictions.get(late.id)).body.labels?.length === 1);
      expect(await votesOn(late.id)).toEqual({ ...NO_VOTES, correct: 1 });
    });
  },
  { scopes: 'predict+read+ingest' },
);
