import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { MIGRATIONS } from '../../../migrations/index.js';
import { linesOf } from '../../support/api/caller.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { refusalOf } from '../../support/expectations.js';
import { newId } from '../../support/ids.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';

const BILLING = { model: 'm', model_version: '1', label: 'billing', confidence: 0.9 };

onBothDatabasesInProcess('verdicts of votes', ({ api, database, restart, server }) => {
  const votesOn = async (id: string) => (await api.predictions.get(id)).body.votes;
  const predicted = async () => (await api.predictions.log(BILLING)).body.id;
  const linked = (id: string) =>
    until(async () => {
      const pending = await database.query(
        `SELECT id FROM prediction_votes WHERE link = 'pending' AND prediction_id = '${id}'`,
      );
      return pending.length === 0;
    });
  const command = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);

  it.each([
    { correct: true, label: 'bug' },
    { correct: false, label: 'billing' },
  ])('refuses %j on a prediction of billing', async (vote) => {
    const id = await predicted();
    expect(await api.votes.create(id, vote)).toMatchObject(refusalOf('correct'));
    expect(await votesOn(id)).toEqual({ correct: 0, wrong: 0, conflicts: 0, ratings: {} });
  });

  it('counts a label alone as right or wrong', async () => {
    const id = await predicted();
    expect(await api.votes.create(id, { label: 'billing', user_id: 'ann' })).toMatchObject({ status: 201 });
    expect(await api.votes.create(id, { label: 'bug', user_id: 'bob' })).toMatchObject({ status: 201 });
    expect(await api.votes.create(id, { label: 'Billing', user_id: 'eve' })).toMatchObject({ status: 201 });
    expect(await api.votes.create(id, { comment: 'hm', user_id: 'joe' })).toMatchObject({ status: 201 });
    expect(await votesOn(id)).toEqual({ correct: 1, wrong: 2, conflicts: 0, ratings: {} });
  });

  it('accepts votes that agree with themselves', async () => {
    const id = await predicted();
    expect(await api.votes.create(id, { correct: true, label: 'billing', user_id: 'ann' })).toMatchObject({
      status: 201,
    });
    expect(await api.votes.create(id, { correct: false, label: 'bug', user_id: 'bob' })).toMatchObject({ status: 201 });
    expect(await votesOn(id)).toEqual({ correct: 1, wrong: 1, conflicts: 0, ratings: {} });
  });

  it('lets the label decide when the prediction arrives later, and again after an upgrade, an export and an import', async () => {
    const id = newId();
    const early = [
      { correct: true, label: 'bug', user_id: 'ann' },
      { correct: false, label: 'billing', user_id: 'bob' },
      { label: 'billing', user_id: 'eve' },
      { correct: true, user_id: 'joe' },
    ];
    for (const vote of early) expect(await api.votes.create(id, vote)).toMatchObject({ status: 202 });
    await api.predictions.log({ ...BILLING, id });
    await linked(id);
    const expected = { correct: 3, wrong: 1, conflicts: 2, ratings: {} };
    expect(await votesOn(id)).toEqual(expected);
    const exported = linesOf((await api.votes.export({ format: 'jsonl' })) as never).filter(
      ({ prediction_id }) => prediction_id === id,
    );

    // As the previous version stored them.
    await server.stop();
    const migrations = MIGRATIONS[database.dialect].map(({ name }) => name);
    const steps = migrations.length - migrations.indexOf('JudgeVotes1764000000018');
    expect(await command('migrate', 'down', '--steps', String(steps), '--yes')).toMatchObject({ code: 0 });
    await database.query("UPDATE prediction_votes SET correct = NULL WHERE user_id = 'eve'");
    const stored = await database.query<{ user_id: string; correct: unknown }>(
      `SELECT user_id, correct FROM prediction_votes WHERE prediction_id = '${id}' ORDER BY user_id`,
    );
    expect(stored.map(({ correct }) => (correct === null ? null : Boolean(correct)))).toEqual([
      true,
      false,
      null,
      true,
    ]);
    expect(await command('migrate', 'up')).toMatchObject({ code: 0 });
    await restart();
    expect(await votesOn(id)).toEqual(expected);

    // As a file brings them back.
    await database.query(`DELETE FROM prediction_votes WHERE prediction_id = '${id}'`);
    const file = join(database.folder, 'votes.jsonl');
    writeFileSync(file, exported.map((line) => JSON.stringify(line)).join('\n'));
    expect(await command('import', 'votes', file)).toMatchObject({ code: 0 });
    await linked(id);
    expect(await votesOn(id)).toEqual(expected);

    // As the previous version exported them.
    await database.query(`DELETE FROM prediction_votes WHERE prediction_id = '${id}'`);
    const former = early.map(({ user_id, ...vote }) =>
      JSON.stringify({ prediction_id: id, rater: `user:${user_id}`, user_id, ...vote }),
    );
    writeFileSync(file, former.join('\n'));
    expect(await command('import', 'votes', file)).toMatchObject({ code: 0 });
    await linked(id);
    expect(await votesOn(id)).toEqual(expected);
  });
});
