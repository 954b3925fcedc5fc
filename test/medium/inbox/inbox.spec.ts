import type { AdminClient } from '../../support/api/admin-client.js';
import { invalid } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';

const BODY = { session_id: 's-1', category: 'bug', url: 'https://app.example.com', timestamp: '2026-11-22T09:30:00Z' };

type Listed = NonNullable<Parameters<AdminClient['inbox']['list']>[0]>;

onBothDatabasesInProcess('the inbox', ({ api, admin, dialect, server }) => {
  const submit = async (description: string, more: object = {}) => {
    const { body } = await api.feedback.create({ ...BODY, description, ...more });
    return (await admin.inbox.get(body.id)).body;
  };
  const textsOf = async (query: Listed) =>
    (await admin.inbox.list(query)).body.data.map(({ description }) => description);
  const screenshotIsReady = (id: string) => until(async () => (await admin.inbox.screenshot(id, 0)).status === 200);

  describe('filters', () => {
    beforeAll(async () => {
      await submit('Café is CLOSED on Sundays', { category: 'idea', session_id: 'filters' });
      const read = await submit('The chart is empty, e-mail me at a.b@example.com', { session_id: 'filters' });
      await submit('画面が動かない', { session_id: 'filters', screenshot: dataUrl(await plain(10, 10)) });
      await admin.inbox.triage(read, { is_read: true, is_archived: true });
    });

    // S3-04
    it.each<[query: object, found: number]>([
      [{ category: 'idea' }, 1],
      [{ is_read: true }, 1],
      [{ is_read: false }, 2],
      [{ is_archived: true, category: 'bug' }, 1],
      [{ has_screenshot: true }, 1],
      [{ from: '2099-01-01' }, 0],
      [{ to: '2099-01-01', from: '2001-01-01' }, 3],
    ])('finds by %j', async (query, found) => {
      expect(await textsOf({ session_id: 'filters', ...query })).toHaveLength(found);
    });

    // S3-04
    it('finds the feedback that was meant', async () => {
      expect(await textsOf({ session_id: 'filters', category: 'idea' })).toEqual(['Café is CLOSED on Sundays']);
      expect(await textsOf({ session_id: 'filters', has_screenshot: true })).toEqual(['画面が動かない']);
    });

    // S3-F1
    it.each([
      ['cafe', 1],
      ['CAFÉ sund', 1],
      ['cafe monday', 0],
      ['example mail', 1],
      ['動か', 1],
      ["'; DROP TABLE users --", 0],
      ['"unbalanced', 0],
      ['AND OR NOT NEAR(', 0],
      ['!!!', 0],
    ])('finds by the words %j', async (q, found) => {
      expect(await textsOf({ session_id: 'filters', q })).toHaveLength(found);
    });

    // S3-04
    it.each([
      { is_read: 'maybe' },
      { limit: 0 },
      { from: 'yesterday' },
      { prediction_id: 'x' },
      { surprise: 1 },
      { q: '' },
    ])('refuses %j', async (query) => {
      expect(await admin.inbox.list(invalid(query))).toMatchObject({ status: 422 });
    });
  });

  it('has pages that stay the same while more feedback arrives', async () => {
    for (let i = 0; i < 7; i++) await submit(`Page ${i}`, { session_id: 'pages' });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await admin.inbox.list({ session_id: 'pages', limit: 3, cursor });
      seen.push(...body.data.map(({ description }) => description));
      cursor = body.next_cursor ?? undefined;
      await submit('Later', { session_id: 'pages' });
    } while (cursor !== undefined);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `Page ${i}`));
  });

  // S3-08
  it('changes feedback only with its current version, and records who changed what', async () => {
    const { id } = await submit('To be read');
    const at = (version: number) => ({ id, version });
    expect((await admin.inbox.get(id)).headers).toMatchObject({ etag: '"1"' });
    const headless = await admin.call('triage_feedback', { path: { id }, body: { is_read: true } });
    expect(headless).toMatchObject({ status: 428 });
    expect(await admin.inbox.triage(at(7), { is_read: true })).toMatchObject({ status: 412 });

    const read = await admin.inbox.triage(at(1), { is_read: true, admin_notes: 'Ann looks at it.' });
    expect(read).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { is_read: true } });
    // What changes nothing makes no version.
    expect(await admin.inbox.triage(at(2), { is_read: true })).toMatchObject({ body: { version: 2 } });
    const third = await admin.inbox.triage(at(2), { admin_notes: null, category: 'idea' });
    expect(third).toMatchObject({ body: { version: 3 } });
    expect(await admin.inbox.triage(at(3), invalid({}))).toMatchObject({ status: 422 });
    expect(await admin.inbox.triage(at(3), invalid({ description: 'forged' }))).toMatchObject({ status: 422 });

    const { data } = (await admin.inbox.history(id)).body;
    expect(data.map(({ version, changes }) => ({ version, changes }))).toEqual([
      { version: 2, changes: { is_read: [false, true], admin_notes: [null, 'Ann looks at it.'] } },
      { version: 3, changes: { admin_notes: ['Ann looks at it.', null], category: ['bug', 'idea'] } },
    ]);
    expect(data[0]!.changed_by).toMatch(/^[0-9a-f-]{36}$/);
  });

  // S2-20
  it('shows feedback as it was at a given time', async () => {
    const { id } = await submit('As it was');
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    const moment = async () => {
      await pause();
      const at = new Date().toISOString();
      await pause();
      return at;
    };
    const before = await moment();
    await admin.inbox.triage({ id, version: 1 }, { is_read: true, category: 'idea' });
    const changed = await moment();
    await admin.inbox.delete({ id, version: 2 });
    const deleted = await moment();

    expect(await admin.inbox.get(id, { at: '2020-01-01T00:00:00Z' })).toMatchObject({ status: 404 });
    expect(await admin.inbox.get(id, { at: before })).toMatchObject({
      status: 200,
      body: { is_read: false, category: 'bug', version: 1 },
    });
    expect(await admin.inbox.get(id, { at: changed })).toMatchObject({
      status: 200,
      body: { is_read: true, category: 'idea', version: 2, description: 'As it was' },
    });
    expect(await admin.inbox.get(id, { at: deleted })).toMatchObject({ status: 404 });
    expect(await admin.inbox.get(id, invalid({ at: 'then' }))).toMatchObject({ status: 422 });
  });

  it('accepts one of several changes of the same version', async () => {
    const item = await submit('Several at the same time');
    const answers = await Promise.all([1, 2, 3, 4].map((i) => admin.inbox.triage(item, { admin_notes: `by ${i}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it('hides deleted feedback, and restores it', async () => {
    const session = { session_id: 'deleted' };
    const { id } = await submit('Deleted and restored', { ...session, screenshot: dataUrl(await plain(9, 9)) });
    await screenshotIsReady(id);
    expect(await admin.call('delete_feedback', { path: { id } })).toMatchObject({ status: 428 });
    const deleted = await admin.inbox.delete({ id, version: 1 });
    expect(deleted).toMatchObject({ status: 200, body: { deleted_at: expect.any(String) } });

    expect(await admin.inbox.get(id)).toMatchObject({ status: 404 });
    expect(await admin.inbox.get(id, { include_deleted: true })).toMatchObject({ status: 200 });
    expect(await textsOf(session)).toEqual([]);
    expect(await textsOf({ ...session, include_deleted: true })).toEqual(['Deleted and restored']);
    const anyVersion = { headers: { 'if-match': '*' } };
    expect(await admin.call('triage_feedback', { path: { id }, body: { is_read: true } }, anyVersion)).toMatchObject({
      status: 404,
    });
    expect(await admin.inbox.screenshot(id, 0)).toMatchObject({ status: 404 });

    expect(await admin.inbox.restore({ id, version: 1 })).toMatchObject({ status: 412 });
    expect(await admin.inbox.restore({ id, version: 2 })).toMatchObject({ body: { deleted_at: null } });
    expect(await textsOf(session)).toEqual(['Deleted and restored']);
    expect(await admin.call('delete_feedback', { path: { id: crypto.randomUUID() } }, anyVersion)).toMatchObject({
      status: 404,
    });
  });

  // S3-11
  it('reports what is stored, in the format of the legacy system', async () => {
    const { body } = await admin.storageMetrics();
    expect(body.success).toBe(true);
    expect(Object.keys(body.data)).toEqual([
      'total_submissions',
      'total_screenshots',
      'total_screenshot_storage_kb',
      'total_screenshot_storage_mb',
      'avg_screenshot_size_kb',
      'max_screenshot_size_kb',
      'submissions_last_24h',
    ]);
    expect(body.data.total_submissions).toBeGreaterThan(10);
    expect(body.data.submissions_last_24h).toBe(body.data.total_submissions);
    expect(body.data.total_screenshots).toBe(2);
  });

  it('shows another tenant nothing', async () => {
    const { id } = await submit('Ours alone', { screenshot: dataUrl(await plain(10, 10)) });
    await screenshotIsReady(id);
    const tenant = await admin.tenants.create({ slug: `inbox-${dialect}`, name: 'O' });
    const other = admin.as(tenant.body.admin_key);
    const asked = [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/restore'],
      ['GET', '/history'],
      ['GET', '/screenshots/0'],
      ['GET', '/screenshots/0/thumbnail'],
    ] as const;
    for (const [method, path] of asked) {
      const { status } = await server.request(`/admin/api/feedback/${id}${path}`, {
        method,
        key: tenant.body.admin_key,
        headers: { 'if-match': '*' },
        body: method === 'PATCH' ? { is_read: true } : undefined,
      });
      expect({ method, path, status }).toEqual({ method, path, status: 404 });
    }
    expect((await other.inbox.list({ q: 'ours' })).body.data).toEqual([]);
    const cleaned = await other.retention.cleanup({ retention_days: 1 });
    expect(cleaned.body.data).toMatchObject({ submissions_deleted: 0 });
    expect((await other.inbox.export()).text.trim().split('\r\n')).toHaveLength(1);
  });
});
