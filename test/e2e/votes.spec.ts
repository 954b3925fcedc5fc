import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { type DatabaseBehindProxy, databaseBehindProxy, ENVIRONMENT_KEY, until } from '../support/outage.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Voted {
  id: string;
  link: string;
  persisted: string;
}
interface Labelled extends Voted {
  prediction_id: string | null;
  prediction_ids: string[];
}
interface Judged {
  votes: { correct: number; wrong: number; ratings: Record<string, number> };
  labels: { label: string; source: string }[];
}
interface Predicted {
  id: string;
  feedback_token: string;
}

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
const NOBODY = { correct: 0, wrong: 0, ratings: {} };

/** An id of a prediction that comes later. */
function futureId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

describe.each(DIALECTS)('votes and labels on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, {
      FL_RATE_LIMIT_PER_MINUTE: '100000',
      FL_RATE_LIMIT_PER_HOUR: '100000',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const predict = async (): Promise<Predicted> =>
    (await server.request<Predicted>('/api/v1/predict', { body: { text: 'What a day!' } })).body;
  const vote = (id: string, body: object, headers?: Record<string, string>): Promise<Answer<Voted>> =>
    server.request<Voted>(`/api/v1/predictions/${id}/feedback`, {
      method: 'PUT',
      body,
      ...(headers ? { key: null, headers } : {}),
    });
  const label = (body: object): Promise<Answer<Labelled>> => server.request<Labelled>('/api/v1/labels', { body });
  const judged = async (id: string): Promise<Judged> =>
    (await server.request<Judged>(`/api/v1/predictions/${id}`)).body;

  it('counts one vote for each rater, who may change and withdraw it', async () => {
    const { id } = await predict();
    expect((await judged(id)).votes).toEqual(NOBODY);
    const first = await vote(id, { correct: false, rating: 2, user_id: 'ann' });
    expect([first.status, first.body.link, first.body.persisted]).toEqual([201, 'linked', 'database']);
    await vote(id, { correct: true, rating: 5, user_id: 'bob' });
    expect((await judged(id)).votes).toEqual({ correct: 1, wrong: 1, ratings: { '2': 1, '5': 1 } });
    const second = await vote(id, { correct: true, user_id: 'ann' });
    expect(second.body.id).toBe(first.body.id);
    expect((await judged(id)).votes).toEqual({ correct: 2, wrong: 0, ratings: { '5': 1 } });
    const withdraw = (): Promise<Answer<Voted>> =>
      server.request<Voted>(`/api/v1/predictions/${id}/feedback?user_id=ann`, { method: 'DELETE' });
    expect([(await withdraw()).status, (await withdraw()).status]).toEqual([200, 200]);
    expect((await judged(id)).votes).toEqual({ correct: 1, wrong: 0, ratings: { '5': 1 } });
    // Without a user the key is the rater.
    await vote(id, { correct: false });
    await vote(id, { correct: false });
    expect((await judged(id)).votes).toEqual({ correct: 1, wrong: 1, ratings: { '5': 1 } });
  });

  it('takes a feedback token instead of a key, for its own prediction alone', async () => {
    const [mine, other] = [await predict(), await predict()];
    const token = { 'x-feedback-token': mine.feedback_token };
    expect((await vote(mine.id, { correct: false, label: 'neutral', comment: 'no' }, token)).status).toBe(201);
    expect((await vote(mine.id, { correct: true, user_id: 'pretender' }, token)).status).toBe(201);
    expect((await judged(mine.id)).votes).toEqual({ ...NOBODY, correct: 1 });
    // Other spellings of the same bytes, too: each would be a rater of its own.
    const spelled = mine.feedback_token.replace(/\.(\d+)\./, '.0$1.');
    for (const bad of [
      other.feedback_token,
      'garbage',
      '',
      `${mine.feedback_token}x`,
      `${mine.feedback_token}=`,
      spelled,
    ])
      expect([bad, (await vote(mine.id, { correct: true }, { 'x-feedback-token': bad })).status]).toEqual([bad, 401]);
    const path = `/api/v1/predictions/${mine.id}/feedback`;
    expect((await server.request(path, { method: 'DELETE', key: null, headers: token })).status).toBe(200);
    expect((await judged(mine.id)).votes).toEqual(NOBODY);
    expect((await server.request(`/api/v1/predictions/${mine.id}`, { key: null, headers: token })).status).toBe(401);
  });

  it('keeps the comment encrypted', async () => {
    const { id } = await predict();
    await vote(id, { comment: 'canary in a comment' });
    const rows = await database.query('SELECT comment FROM prediction_votes WHERE comment IS NOT NULL');
    expect(JSON.stringify(rows)).toContain('v1.');
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it('a publishable key needs to know who votes, and votes from its origin alone', async () => {
    const made = await server.request<{ key: string }>('/admin/api/keys', {
      body: { name: 'Page', scopes: ['ingest'], publishable: true, allowed_origins: ['https://shop.example.com'] },
    });
    const { id } = await predict();
    const send = (body: object, origin: string): Promise<Answer> =>
      server.request(`/api/v1/predictions/${id}/feedback`, {
        method: 'PUT',
        key: made.body.key,
        body,
        headers: { origin },
      });
    expect((await send({ correct: true }, 'https://shop.example.com')).status).toBe(422);
    expect((await send({ correct: true, user_id: 'ann' }, 'https://shop.example.com')).status).toBe(201);
    expect((await send({ correct: true, user_id: 'ann' }, 'https://evil.example')).status).toBe(403);
    // What a page says of Ann does not replace what the team's server says of her.
    await vote(id, { correct: false, user_id: 'ann' });
    expect((await judged(id)).votes).toEqual({ ...NOBODY, correct: 1, wrong: 1 });
    await send({ correct: true, user_id: 'ann' }, 'https://shop.example.com');
    expect((await judged(id)).votes).toEqual({ ...NOBODY, correct: 1, wrong: 1 });
  });

  it('S4-13 keeps what comes before its prediction, and links it when the prediction appears', async () => {
    const id = futureId();
    const early = await vote(id, { correct: true, user_id: 'early' });
    expect([early.status, early.body.link]).toEqual([202, 'pending']);
    const truth = await label({ prediction_id: id, label: 'right', source: 'system' });
    expect([truth.status, truth.body.link, truth.body.prediction_ids]).toEqual([202, 'pending', []]);
    const byName = await label({ inference_id: `order-${id}`, label: 'also right', source: 'import' });
    expect([byName.status, byName.body.link]).toEqual([202, 'pending']);
    expect((await server.request(`/api/v1/predictions/${id}`)).status).toBe(404);
    await server.request('/api/v1/predictions', { body: { ...LOGGED, id, inference_id: `order-${id}` } });
    const shown = await judged(id);
    expect(shown.votes).toEqual({ ...NOBODY, correct: 1 });
    expect(shown.labels.map(({ label }) => label)).toEqual(['right', 'also right']);
    await until(async () => {
      const pending = await database.query(
        `SELECT id FROM prediction_votes WHERE link = 'pending' AND prediction_id = '${id}' UNION ALL ` +
          `SELECT id FROM prediction_labels WHERE link = 'pending' AND (prediction_id = '${id}' OR inference_id = 'order-${id}')`,
      );
      return pending.length === 0;
    });
    const [linked] = await database.query<{ prediction_id: string }>(
      `SELECT prediction_id FROM prediction_labels WHERE inference_id = 'order-${id}'`,
    );
    expect(linked!.prediction_id).toBe(id);
  });

  it('labels by the caller’s own id: the latest recorded under it, and the answer lists all', async () => {
    const log = async (): Promise<string> =>
      (await server.request<Predicted>('/api/v1/predictions', { body: { ...LOGGED, inference_id: 'twice' } })).body.id;
    const [first, second] = [await log(), await log()];
    const answer = await label({ inference_id: 'twice', label: 'spam', source: 'review', labeller: 'ann' });
    expect([answer.status, answer.body.prediction_id, answer.body.prediction_ids]).toEqual([
      201,
      second,
      [second, first],
    ]);
    expect((await judged(second)).labels).toMatchObject([{ label: 'spam', source: 'review', labeller: 'ann' }]);
    expect((await judged(first)).labels).toEqual([]);
  });

  it('takes labels as NDJSON, names what it refuses, and changes nothing when a line is sent again', async () => {
    const { id } = await predict();
    const own = futureId();
    const lines = [
      { id: own, prediction_id: id, label: 'a', source: 'system' },
      { prediction_id: 'no uuid', label: 'a', source: 'system' },
      { inference_id: 'unknown', label: 'b', source: 'audit' },
      { label: 'c', source: 'system' },
      { inference_id: 'unknown', prediction_id: id, label: 'd', source: 'import' },
      { inference_id: 'unknown', label: 'e', source: 'import' },
    ].map((line) => JSON.stringify(line));
    const send = (raw: string): Promise<Answer> =>
      server.request('/api/v1/labels', { raw, headers: { 'content-type': 'application/x-ndjson' } });
    const answer = await send(lines.join('\n'));
    const out = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(out.at(-1)).toEqual({ accepted: 2, spooled: 0, refused: 4 });
    expect(out.slice(0, -1).map(({ line }) => line)).toEqual([2, 3, 4, 5]);
    expect((await send(lines[0]!)).text.trim()).toBe(JSON.stringify({ accepted: 1, spooled: 0, refused: 0 }));
    expect((await judged(id)).labels).toHaveLength(1);
    const other = await predict();
    for (const more of [{ prediction_id: other.id }, { prediction_id: id, timestamp: '2026-01-01T00:00:00Z' }]) {
      const taken = await label({ id: own, label: 'a', source: 'system', ...more });
      expect([taken.status, taken.text.includes('id_taken')]).toEqual([409, true]);
    }
  });

  it('answers a label again by its Idempotency-Key', async () => {
    const { id } = await predict();
    const send = (): Promise<Answer<Labelled>> =>
      server.request<Labelled>('/api/v1/labels', {
        body: { prediction_id: id, label: 'once', source: 'system' },
        headers: { 'idempotency-key': `label ${dialect}` },
      });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.body.id, second.headers.get('idempotent-replayed')]).toEqual([
      201,
      first.body.id,
      'true',
    ]);
    expect((await judged(id)).labels).toHaveLength(1);
  });

  it.each([
    [{}, 'correct'],
    [{ correct: 'yes' }, 'correct'],
    [{ rating: 6 }, 'rating'],
    [{ rating: 2.5 }, 'rating'],
    [{ label: 'x'.repeat(65) }, 'label'],
    [{ correct: true, surprise: 1 }, 'surprise'],
  ])('refuses the vote %j by name', async (body, field) => {
    const answer = await vote(futureId(), body);
    expect([answer.status, answer.text.includes(`"path":"${field}"`)]).toEqual([422, true]);
  });

  it('keeps tenants apart', async () => {
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: `votes-${dialect}`, name: 'O' },
    });
    const { id } = await predict();
    const path = `/api/v1/predictions/${id}/feedback`;
    const theirs = await server.request<Voted>(path, {
      method: 'PUT',
      key: tenant.body.admin_key,
      body: { correct: false },
    });
    expect([theirs.status, theirs.body.link]).toEqual([202, 'pending']);
    const labelled = await server.request<Labelled>('/api/v1/labels', {
      key: tenant.body.admin_key,
      body: { prediction_id: id, label: 'theirs', source: 'system' },
    });
    expect([labelled.status, labelled.body.prediction_ids]).toEqual([202, []]);
    expect(await judged(id)).toMatchObject({ votes: NOBODY, labels: [] });
  });
});

describe('votes in an outage', () => {
  let behind: DatabaseBehindProxy;
  let server: ServerProcess;

  beforeAll(async () => {
    behind = await databaseBehindProxy('predict+read+ingest');
    server = await ServerProcess.start(behind.database, behind.environment);
  });
  afterAll(async () => {
    await server?.stop();
    await behind?.drop();
  });

  it.each(['refuse', 'hang'] as const)('are kept (%s), and the newer one wins after the replay, too', async (mode) => {
    const ask = <T>(path: string, body?: unknown, method = 'POST'): Promise<Answer<T>> =>
      server.request<T>(path, { key: ENVIRONMENT_KEY, ...(body === undefined ? {} : { body, method }) });
    const vote = (id: string, body: object): Promise<Answer<Voted>> =>
      ask(`/api/v1/predictions/${id}/feedback`, body, 'PUT');
    const { id } = (await ask<Predicted>('/api/v1/predict', { text: 'Before the outage.' })).body;
    expect((await vote(id, { correct: true, user_id: 'ann' })).status).toBe(201);
    behind.proxy.set(mode);
    const changed = await vote(id, { correct: false, user_id: 'ann' });
    expect([changed.status, changed.body.persisted]).toEqual([202, 'spool']);
    const late = await ask<Predicted>('/api/v1/predict', { text: 'In the outage.' });
    expect((await vote(late.body.id, { correct: true, user_id: 'bob' })).status).toBe(202);
    expect(
      (await ask<Labelled>('/api/v1/labels', { prediction_id: late.body.id, label: 'x', source: 'system' })).status,
    ).toBe(202);
    behind.proxy.set('pass');
    await until(async () => (await ask<{ status: string }>('/health')).body.status === 'healthy');
    // Newer than what the spool is about to bring, or not: the last acceptance counts.
    const shown = async (which: string): Promise<Judged> => (await ask<Judged>(`/api/v1/predictions/${which}`)).body;
    await until(async () => (await shown(id)).votes?.wrong === 1);
    expect((await shown(id)).votes).toEqual({ ...NOBODY, wrong: 1 });
    await until(async () => (await shown(late.body.id)).labels?.length === 1);
    expect((await shown(late.body.id)).votes).toEqual({ ...NOBODY, correct: 1 });
  });
});
