import { createHash } from 'node:crypto';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { ServerProcess } from '../support/server-process.js';

type Json = Record<string, unknown>;
interface SetResource {
  id: string;
  state: string;
  examples: number;
  sha256: string;
  successor_id: string | null;
  predecessor_id: string | null;
  provenance: Json & { bias: string[]; by_split: Record<string, number> };
}

const CANARY = 'canary-7f31';

describe.each(DIALECTS)('training sets on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, { FL_RETENTION_ENABLED: 'false' });
    for (let i = 0; i < 40; i++)
      await say(`text ${i}`, `user-${i % 20}`, [{ label: i % 3 === 0 ? 'x' : 'y', source: 'system' }]);
    // The same text of two people, under two labels: review is believed.
    await say('twice', 'user-1', [{ label: 'x', source: 'review' }]);
    await say('twice', CANARY, [{ label: 'y', source: 'import' }]);
    for (let i = 0; i < 3; i++) await say(`${CANARY} ${i}`, CANARY, [{ label: 'x', source: 'import' }]);
    await say('nobody has said', 'user-2', []);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  async function say(text: string, user: string, labels: Json[]): Promise<string> {
    const { body } = await server.request<{ id: string }>('/api/v1/predictions', {
      body: { model: 'm', model_version: 'v', label: 'y', confidence: 0.6, input_text: text, user_id: user },
    });
    for (const label of labels) await server.request('/api/v1/labels', { body: { prediction_id: body.id, ...label } });
    return body.id;
  }
  const create = async (body: Json = {}): Promise<SetResource> => {
    const answer = await server.request<SetResource>('/admin/api/training-sets', { body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  const data = async (id: string, query = ''): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${server.address}/admin/api/training-sets/${id}/data${query}`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('S4-13 hold each labelled text once, a subject in one part, and say where they come from', async () => {
    const set = await create({ name: 'first' });
    expect(set).toMatchObject({ state: 'ready', examples: 44 });
    expect(set.provenance).toMatchObject({
      predictions: 45,
      duplicates: 1,
      conflicts: 1,
      by_source: { review: 1, system: 40, import: 3 },
    });
    const { text } = await data(set.id);
    expect(sha256(text)).toBe(set.sha256);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    const twice = lines.filter((line) => line.text === 'twice');
    expect(twice).toMatchObject([
      {
        label: 'x',
        label_source: 'review',
        predicted_label: 'y',
        prediction_ids: [expect.any(String), expect.any(String)],
      },
    ]);
    expect(text).not.toContain('user-1');
    const splitsOf = new Map<string, Set<unknown>>();
    for (const line of lines) {
      const user = String(
        (await server.request<Json>(`/api/v1/predictions/${String((line.prediction_ids as string[])[0])}`)).body
          .user_id,
      );
      splitsOf.set(user, (splitsOf.get(user) ?? new Set()).add(line.split));
    }
    expect([...splitsOf.values()].every(({ size }) => size === 1)).toBe(true);
    const parts = await Promise.all(['train', 'validation', 'test'].map((split) => data(set.id, `?split=${split}`)));
    expect(parts.map((part) => part.text.split('\n').length - 1).reduce((a, b) => a + b)).toBe(44);
    const stored = await database.query<{ body: string }>('SELECT body FROM training_examples');
    expect(stored.every(({ body }) => body.startsWith('v1.'))).toBe(true);
  });

  it('S4-13 are the same bytes whenever they are read, and when they are made again of the same', async () => {
    const to = new Date().toISOString();
    const set = await create({ to });
    const before = await data(set.id);
    const one = JSON.parse(before.text.split('\n')[0] as string) as { prediction_ids: string[] };
    await server.request('/api/v1/labels', {
      body: { prediction_id: one.prediction_ids[0], label: 'later', source: 'review' },
    });
    await say('a later text', 'user-3', [{ label: 'x', source: 'system' }]);
    expect(await data(set.id)).toEqual(before);
    const again = await create({ to });
    expect([again.sha256, again.id === set.id]).toEqual([set.sha256, false]);
    expect((await create()).sha256).not.toBe(set.sha256);
    // Retention does not reach into it.
    await database.query('DELETE FROM prediction_labels');
    expect(await data(set.id)).toEqual(before);
  });

  it('S4-F3 an erasure revokes the sets a subject is in, and leaves the rest as another set', async () => {
    const sets = (await server.request<{ data: SetResource[] }>('/admin/api/training-sets')).body.data;
    expect(sets.length).toBeGreaterThanOrEqual(3);
    const [before] = sets.filter(({ state }) => state === 'ready').slice(-1) as [SetResource];
    const certificate = await server.request<{ removed: Record<string, number> }>(`/api/v1/subjects/${CANARY}`, {
      method: 'DELETE',
    });
    expect(certificate.body.removed.training_sources).toBeGreaterThan(0);
    const after = (await server.request<SetResource>(`/admin/api/training-sets/${before.id}`)).body;
    expect(after).toMatchObject({ state: 'revoked', sha256: before.sha256, successor_id: expect.any(String) });
    expect(await data(before.id)).toMatchObject({
      status: 409,
      text: expect.stringContaining(String(after.successor_id)),
    });
    const successor = (await server.request<SetResource>(`/admin/api/training-sets/${after.successor_id}`)).body;
    expect(successor).toMatchObject({ state: 'ready', predecessor_id: before.id, examples: 40 });
    const { text } = await data(successor.id);
    expect([sha256(text), text.includes(CANARY), text.includes('"twice"')]).toEqual([successor.sha256, false, false]);
    const rows = await database.query('SELECT * FROM training_sources');
    expect(JSON.stringify(rows)).not.toContain(CANARY);
    const held = await database.query<{ n: unknown }>(
      `SELECT COUNT(*) AS n FROM training_examples WHERE training_set_id = '${before.id}'`,
    );
    expect(Number(held[0]?.n)).toBe(0);
  });

  it('S4-F3 nor do they keep what an erased subject said of another’s prediction', async () => {
    const id = await say('judged by another', 'user-3', []);
    const vote = { correct: false, label: `${CANARY}-label`, user_id: 'judge' };
    const voted = await server.request(`/api/v1/predictions/${id}/feedback`, { method: 'PUT', body: vote });
    expect(voted.status).toBe(201);
    const set = await create({ sources: ['vote'] });
    expect((await data(set.id)).text).toContain(vote.label);
    expect((await server.request('/api/v1/subjects/judge', { method: 'DELETE' })).status).toBe(200);
    const revoked = await server.request<SetResource>(`/admin/api/training-sets/${set.id}`);
    expect(revoked.body).toMatchObject({ state: 'revoked', provenance: { by_label: {} } });
    expect((await data(revoked.body.successor_id!)).text).not.toContain(vote.label);
    expect(JSON.stringify(await database.query('SELECT * FROM training_sets'))).not.toContain(vote.label);
  });

  it('S4-F3 several erasures at once leave one set without any of them', async () => {
    const users = Array.from({ length: 6 }, (_, i) => `parallel-${i}`);
    for (const user of users)
      for (let i = 0; i < 5; i++) await say(`said ${i} by ${user}`, user, [{ label: 'x', source: 'system' }]);
    const set = await create({ name: 'parallel' });
    const erased = users.slice(0, 5);
    const answers = await Promise.all(
      erased.map((user) => server.request(`/api/v1/subjects/${user}`, { method: 'DELETE' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(erased.map(() => 200));
    let last = (await server.request<SetResource>(`/admin/api/training-sets/${set.id}`)).body;
    while (last.successor_id !== null)
      last = (await server.request<SetResource>(`/admin/api/training-sets/${last.successor_id}`)).body;
    expect(last).toMatchObject({ state: 'ready', examples: set.examples - 25 });
    const { text } = await data(last.id);
    expect([erased.some((user) => text.includes(user)), text.includes('parallel-5'), sha256(text)]).toEqual([
      false,
      true,
      last.sha256,
    ]);
    const held = await database.query<{ n: unknown }>(
      `SELECT COUNT(*) AS n FROM training_examples WHERE training_set_id = '${set.id}'`,
    );
    expect(Number(held[0]?.n)).toBe(0);
  });

  it('refuse what cannot be, and go when they are deleted', async () => {
    for (const [body, path] of [
      [{ splits: { train: 0.5, validation: 0.1, test: 0.1 } }, 'splits'],
      [{ sources: ['rumour'] }, 'sources.0'],
      [{ from: 'yesterday' }, 'from'],
      [{ model: 'none of these' }, 'from'],
    ] as const) {
      const { body: problem, status } = await server.request<{ errors: { path: string }[] }>(
        '/admin/api/training-sets',
        { body },
      );
      expect([status, problem.errors[0]?.path]).toEqual([422, path]);
    }
    const { body: key } = await server.request<{ key: string }>('/admin/api/keys', {
      body: { name: 'k', scopes: ['admin'] },
    });
    const [set] = (await server.request<{ data: SetResource[] }>('/admin/api/training-sets')).body.data as [
      SetResource,
    ];
    const answer = await fetch(`${server.address}/admin/api/training-sets/${set.id}/data`, {
      headers: { authorization: `Bearer ${key.key}` },
    });
    expect(answer.status).toBe(403);
    expect((await server.request(`/admin/api/training-sets/${set.id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await server.request(`/admin/api/training-sets/${set.id}`)).status).toBe(404);
  });

  it('with votes say for whom they do not speak', async () => {
    const id = await say('voted', 'user-9', []);
    await server.request(`/api/v1/predictions/${id}/feedback`, { method: 'PUT', body: { label: 'z' } });
    const set = await create({ sources: ['vote'] });
    expect(set).toMatchObject({ examples: 1, provenance: { by_label: { z: 1 } } });
    expect(set.provenance.bias.join(' ')).toContain('Raters choose what they vote on');
  });
});
