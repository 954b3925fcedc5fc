import { invalid } from '../../support/api/payloads.js';
import { onBothDatabases } from '../../support/environment.js';
import { refusalOf } from '../../support/expectations.js';
import { newId } from '../../support/ids.js';
import { until } from '../../support/outage.js';

const NO_VOTES = { correct: 0, wrong: 0, conflicts: 0, ratings: {} };

onBothDatabases('votes', ({ api, admin, database, dialect }) => {
  const votesOn = async (id: string) => (await api.predictions.get(id)).body.votes;

  it('counts one vote for each rater, who may change and withdraw it', async () => {
    const { id } = await api.predicted();
    expect(await votesOn(id)).toEqual(NO_VOTES);

    const first = await api.votes.create(id, { correct: false, rating: 2, user_id: 'ann' });
    expect(first).toMatchObject({ status: 201, body: { link: 'linked', persisted: 'database' } });
    await api.votes.create(id, { correct: true, rating: 5, user_id: 'bob' });
    expect(await votesOn(id)).toEqual({ correct: 1, wrong: 1, conflicts: 0, ratings: { '2': 1, '5': 1 } });

    const changed = await api.votes.create(id, { correct: true, user_id: 'ann' });
    expect(changed.body.id).toBe(first.body.id);
    expect(await votesOn(id)).toEqual({ correct: 2, wrong: 0, conflicts: 0, ratings: { '5': 1 } });

    expect(await api.votes.withdraw(id, { user_id: 'ann' })).toMatchObject({ status: 200 });
    expect(await api.votes.withdraw(id, { user_id: 'ann' })).toMatchObject({ status: 200 });
    expect(await votesOn(id)).toEqual({ correct: 1, wrong: 0, conflicts: 0, ratings: { '5': 1 } });
  });

  it('takes the key for the rater when no user is named', async () => {
    const { id } = await api.predicted();
    await api.votes.create(id, { correct: false });
    await api.votes.create(id, { correct: false });
    expect(await votesOn(id)).toEqual({ ...NO_VOTES, wrong: 1 });
  });

  it('takes a feedback token instead of a key', async () => {
    const { id, feedback_token } = await api.predicted();
    const holder = api.as(null, { 'x-feedback-token': feedback_token });
    const vote = { correct: false, label: 'neutral', comment: 'no' };
    expect(await holder.votes.create(id, vote)).toMatchObject({ status: 201 });
    // One token is one rater, no matter which user it names.
    expect(await holder.votes.create(id, { correct: true, user_id: 'pretender' })).toMatchObject({ status: 201 });
    expect(await votesOn(id)).toEqual({ ...NO_VOTES, correct: 1 });

    expect(await holder.votes.withdraw(id)).toMatchObject({ status: 200 });
    expect(await votesOn(id)).toEqual(NO_VOTES);
    expect(await holder.predictions.get(id)).toMatchObject({ status: 401 });
  });

  it('takes a feedback token for its own prediction alone, in its one spelling', async () => {
    const { id, feedback_token: token } = await api.predicted();
    const other = await api.predicted();
    // Each spelling of the same bytes would be a rater of its own.
    const spelled = token.replace(/\.(\d+)\./, '.0$1.');
    for (const bad of [other.feedback_token, 'garbage', '', `${token}x`, `${token}=`, spelled]) {
      const { status } = await api.as(null, { 'x-feedback-token': bad }).votes.create(id, { correct: true });
      expect({ bad, status }).toEqual({ bad, status: 401 });
    }
  });

  it('keeps the comment encrypted', async () => {
    const { id } = await api.predicted();
    await api.votes.create(id, { comment: 'canary in a comment' });
    const rows = await database.query('SELECT comment FROM prediction_votes WHERE comment IS NOT NULL');
    expect(JSON.stringify(rows)).toContain('v1.');
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it('takes votes by a publishable key from its origin alone, and only with a user', async () => {
    const { body } = await admin.keys.create({
      name: 'Page',
      scopes: ['ingest'],
      publishable: true,
      allowed_origins: ['https://shop.example.com'],
    });
    const shop = api.as(body.key, { origin: 'https://shop.example.com' });
    const evil = api.as(body.key, { origin: 'https://evil.example' });
    const { id } = await api.predicted();
    expect(await shop.votes.create(id, { correct: true })).toMatchObject({ status: 422 });
    expect(await shop.votes.create(id, { correct: true, user_id: 'ann' })).toMatchObject({ status: 201 });
    expect(await evil.votes.create(id, { correct: true, user_id: 'ann' })).toMatchObject({ status: 403 });

    // What a page says of Ann does not replace what the team's server says of her.
    await api.votes.create(id, { correct: false, user_id: 'ann' });
    expect(await votesOn(id)).toEqual({ ...NO_VOTES, correct: 1, wrong: 1 });
    await shop.votes.create(id, { correct: true, user_id: 'ann' });
    expect(await votesOn(id)).toEqual({ ...NO_VOTES, correct: 1, wrong: 1 });
  });

  // S4-13
  it('keeps a vote that comes before its prediction, and links it when the prediction appears', async () => {
    const id = newId();
    const early = await api.votes.create(id, { correct: true, user_id: 'early' });
    expect(early).toMatchObject({ status: 202, body: { link: 'pending' } });
    expect(await api.predictions.get(id)).toMatchObject({ status: 404 });

    await api.predictions.log({ id, model: 'm', model_version: 'v', label: 'l', confidence: 0.5 });
    expect(await votesOn(id)).toEqual({ ...NO_VOTES, correct: 1 });
    await until(async () => {
      const pending = await database.query(
        `SELECT id FROM prediction_votes WHERE link = 'pending' AND prediction_id = '${id}'`,
      );
      return pending.length === 0;
    });
  });

  it.each([
    [{}, 'correct'],
    [{ correct: 'yes' }, 'correct'],
    [{ rating: 6 }, 'rating'],
    [{ rating: 2.5 }, 'rating'],
    [{ label: 'x'.repeat(65) }, 'label'],
    [{ correct: true, surprise: 1 }, 'surprise'],
  ])('refuses %j by name', async (body, field) => {
    expect(await api.votes.create(newId(), invalid(body))).toMatchObject(refusalOf(field));
  });

  it('keeps tenants apart', async () => {
    const tenant = await admin.tenants.create({ slug: `votes-${dialect}`, name: 'O' });
    const { id } = await api.predicted();
    const theirs = await api.as(tenant.body.admin_key).votes.create(id, { correct: false });
    expect(theirs).toMatchObject({ status: 202, body: { link: 'pending' } });
    expect(await votesOn(id)).toEqual(NO_VOTES);
  });
});
