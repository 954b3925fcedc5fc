import { parquetReadObjects } from 'hyparquet';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { dataUrl, plain } from '../support/pictures.js';
import { type Answer, ServerProcess } from '../support/server-process.js';

interface Item {
  id: string;
  description: string;
  is_read: boolean;
  version: number;
  deleted_at: string | null;
}
interface Page {
  data: Item[];
  next_cursor: string | null;
}

const BODY = { session_id: 's-1', category: 'bug', url: 'https://app.example.com', timestamp: '2026-11-22T09:30:00Z' };

describe.each(DIALECTS)('the inbox on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const submit = async (description: string, more: object = {}): Promise<string> =>
    (await server.request<{ id: string }>('/api/v1/feedback', { body: { ...BODY, description, ...more } })).body.id;
  const list = async (query: string): Promise<Page> =>
    (await server.request<Page>(`/admin/api/feedback?${query}`)).body;
  const texts = async (query: string): Promise<string[]> =>
    (await list(query)).data.map(({ description }) => description);
  const change = (id: string, body: object, ifMatch = '*'): Promise<Answer<Item>> =>
    server.request<Item>(`/admin/api/feedback/${id}`, { method: 'PATCH', body, headers: { 'if-match': ifMatch } });
  const act = (id: string, method: string, path = '', ifMatch?: string): Promise<Answer<Item>> =>
    server.request<Item>(`/admin/api/feedback/${id}${path}`, {
      method,
      headers: ifMatch ? { 'if-match': ifMatch } : {},
    });

  it('S3-04 S3-F1 filters by each field, alone and together, and finds words', async () => {
    await submit('Café is CLOSED on Sundays', { category: 'idea', session_id: 'inbox' });
    const read = await submit('The chart is empty, e-mail me at a.b@example.com', {
      category: 'bug',
      session_id: 'inbox',
    });
    await submit('画面が動かない', { category: 'bug', session_id: 'inbox', screenshot: dataUrl(await plain(10, 10)) });
    await change(read, { is_read: true, is_archived: true });
    expect(await texts('session_id=inbox&category=idea')).toEqual(['Café is CLOSED on Sundays']);
    expect(await texts('session_id=inbox&is_read=true')).toHaveLength(1);
    expect(await texts('session_id=inbox&is_read=false')).toHaveLength(2);
    expect(await texts('session_id=inbox&is_archived=true&category=bug')).toHaveLength(1);
    expect(await texts('session_id=inbox&has_screenshot=true')).toEqual(['画面が動かない']);
    expect(await texts('session_id=inbox&from=2099-01-01')).toEqual([]);
    expect(await texts('session_id=inbox&to=2099-01-01&from=2001-01-01')).toHaveLength(3);
    for (const [q, found] of [
      ['cafe', 1],
      ['CAFÉ sund', 1],
      ['cafe monday', 0],
      ['example mail', 1],
      ['動か', 1],
      ["'; DROP TABLE users --", 0],
      ['"unbalanced', 0],
      ['AND OR NOT NEAR(', 0],
      ['!!!', 0],
    ] as const)
      expect([q, (await texts(`session_id=inbox&q=${encodeURIComponent(q)}`)).length]).toEqual([q, found]);
    for (const bad of ['is_read=maybe', 'limit=0', 'from=yesterday', 'prediction_id=x', 'surprise=1', 'q='])
      expect([bad, (await server.request(`/admin/api/feedback?${bad}`)).status]).toEqual([bad, 422]);
  });

  it('pages are stable while more arrives', async () => {
    for (let i = 0; i < 7; i++) await submit(`Page ${i}`, { session_id: 'pages' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = await list(`session_id=pages&limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.data.map(({ description }) => description));
      cursor = page.next_cursor;
      await submit('Later', { session_id: 'pages' });
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `Page ${i}`));
  });

  it('S3-08 changes with If-Match, and remembers who changed what', async () => {
    const id = await submit('To be read');
    const etag = (await act(id, 'GET')).headers.get('etag')!;
    expect(etag).toBe('"1"');
    const headless = await server.request(`/admin/api/feedback/${id}`, { method: 'PATCH', body: { is_read: true } });
    expect([headless.status, (await change(id, { is_read: true }, '"7"')).status]).toEqual([428, 412]);
    const read = await change(id, { is_read: true, admin_notes: 'Ann looks at it.' }, etag);
    expect([read.status, read.headers.get('etag'), read.body.is_read]).toEqual([200, '"2"', true]);
    // What changes nothing makes no version.
    expect((await change(id, { is_read: true }, '"2"')).body.version).toBe(2);
    expect((await change(id, { admin_notes: null, category: 'idea' }, '"2"')).body.version).toBe(3);
    expect((await change(id, {}, '"3"')).status).toBe(422);
    expect((await change(id, { description: 'forged' }, '"3"')).status).toBe(422);
    const history = await server.request<{ data: { version: number; changed_by: string; changes: object }[] }>(
      `/admin/api/feedback/${id}/history`,
    );
    expect(history.body.data.map(({ version, changes }) => [version, changes])).toEqual([
      [2, { is_read: [false, true], admin_notes: [null, 'Ann looks at it.'] }],
      [3, { admin_notes: ['Ann looks at it.', null], category: ['bug', 'idea'] }],
    ]);
    expect(history.body.data[0]!.changed_by).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('S2-20 is seen as it was at a moment', async () => {
    const id = await submit('As it was');
    const at: string[] = [];
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const moment = async (): Promise<void> => {
      await pause();
      at.push(new Date().toISOString());
      await pause();
    };
    await moment();
    await change(id, { is_read: true, category: 'idea' }, '"1"');
    await moment();
    await act(id, 'DELETE', '', '"2"');
    await moment();
    const seen = await Promise.all(
      ['2020-01-01T00:00:00Z', ...at].map((each) => server.request(`/admin/api/feedback/${id}?at=${each}`)),
    );
    expect(seen.map(({ status }) => status)).toEqual([404, 200, 200, 404]);
    expect(seen[1]!.body).toMatchObject({ is_read: false, category: 'bug', version: 1 });
    expect(seen[2]!.body).toMatchObject({ is_read: true, category: 'idea', version: 2, description: 'As it was' });
    expect((await server.request(`/admin/api/feedback/${id}?at=then`)).status).toBe(422);
  });

  it('of two who change at once one is told', async () => {
    const id = await submit('Two at once');
    const answers = await Promise.all([1, 2, 3, 4].map((i) => change(id, { admin_notes: `by ${i}` }, '"1"')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it('deletes out of sight and restores', async () => {
    const id = await submit('Deleted and restored', { session_id: 'gone', screenshot: dataUrl(await plain(9, 9)) });
    await until(async () => (await act(id, 'GET', '/screenshots/0')).status === 200);
    expect((await act(id, 'DELETE')).status).toBe(428);
    const deleted = await act(id, 'DELETE', '', '"1"');
    expect([deleted.status, typeof deleted.body.deleted_at]).toEqual([200, 'string']);
    expect([(await act(id, 'GET')).status, (await act(id, 'GET', '?include_deleted=true')).status]).toEqual([404, 200]);
    expect([await texts('session_id=gone'), await texts('session_id=gone&include_deleted=true')]).toEqual([
      [],
      ['Deleted and restored'],
    ]);
    expect((await change(id, { is_read: true })).status).toBe(404);
    expect((await act(id, 'GET', '/screenshots/0')).status).toBe(404);
    expect((await act(id, 'POST', '/restore', '"1"')).status).toBe(412);
    expect((await act(id, 'POST', '/restore', '"2"')).body.deleted_at).toBeNull();
    expect(await texts('session_id=gone')).toEqual(['Deleted and restored']);
    expect((await act(crypto.randomUUID(), 'DELETE', '', '*')).status).toBe(404);
  });

  it('S3-11 tells what is stored, in the older shape', async () => {
    const { body } = await server.request<{ success: boolean; data: Record<string, number> }>('/admin/api/metrics');
    expect([body.success, Object.keys(body.data)]).toEqual([
      true,
      [
        'total_submissions',
        'total_screenshots',
        'total_screenshot_storage_kb',
        'total_screenshot_storage_mb',
        'avg_screenshot_size_kb',
        'max_screenshot_size_kb',
        'submissions_last_24h',
      ],
    ]);
    expect(body.data.total_submissions).toBeGreaterThan(10);
    expect(body.data.submissions_last_24h).toBe(body.data.total_submissions);
    expect(body.data.total_screenshots).toBe(2);
  });

  it('S3-13 exports as CSV that no spreadsheet runs, as JSON lines and as Parquet', async () => {
    const id = await submit('=HYPERLINK("http://evil.example","click")', {
      session_id: 'export',
      api_state: { a: [1] },
    });
    await submit('two\nlines, "quoted"', { session_id: 'export' });
    const csv = await server.request('/admin/api/export?session_id=export');
    expect([csv.status, csv.headers.get('content-type'), csv.headers.get('content-disposition')]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'attachment; filename="feedback.csv"',
    ]);
    expect(csv.text.startsWith('"id","session_id","category","description","url","timestamp"')).toBe(true);
    expect(csv.text).toContain(`"'=HYPERLINK(""http://evil.example"",""click"")"`);
    expect(csv.text).toContain('"two\nlines, ""quoted"""');
    const lines = await server.request('/admin/api/export?format=jsonl&session_id=export');
    const [first] = lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ id, api_state: { a: [1] }, is_read: false });
    const response = await fetch(`${server.address}/admin/api/export?format=parquet&session_id=export`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    const rows = await parquetReadObjects({ file: await response.arrayBuffer() });
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ id, description: '=HYPERLINK("http://evil.example","click")', is_read: false });
    expect(rows[0]!.created_at).toBeInstanceOf(Date);
    expect((await server.request('/admin/api/export?format=xlsx')).status).toBe(422);
    const empty = await fetch(`${server.address}/admin/api/export?format=parquet&session_id=nobody`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    expect(await parquetReadObjects({ file: await empty.arrayBuffer() })).toEqual([]);
  });

  it('S3-12 S3-16 S3-17 deletes what is past its time, with everything that belongs to it, and counts it', async () => {
    const old = await submit('Very old words', { session_id: 'old', screenshot: dataUrl(await plain(12, 12)) });
    await change(old, { is_read: true });
    const fresh = await submit('Fresh words', { session_id: 'old' });
    const time = Date.now() - 100 * 86_400_000;
    const value = dialect === 'sqlite' ? String(time) : `'${new Date(time).toISOString()}'`;
    await database.query(`UPDATE feedback_submissions SET created_at = ${value} WHERE id = '${old}'`);
    const clean = (query: string): Promise<Answer<{ success: boolean; data: Record<string, unknown> }>> =>
      server.request(`/admin/api/cleanup?${query}`, { method: 'POST' });
    const preview = await clean('retention_days=90&dry_run=true');
    expect(preview.body).toMatchObject({
      success: true,
      data: { submissions_deleted: 1, screenshots_deleted: 1, retention_days: 90, dry_run: true },
    });
    expect((await act(old, 'GET')).status).toBe(200);
    const done = await clean('retention_days=90');
    expect(done.body.data).toMatchObject({ submissions_deleted: 1, screenshots_deleted: 1, dry_run: false });
    expect(new Date(done.body.data.cutoff_date as string).getTime()).toBeLessThan(Date.now() - 89 * 86_400_000);
    expect((await clean('')).body.data).toMatchObject({ submissions_deleted: 0, retention_days: 90 });
    expect([(await act(old, 'GET')).status, (await act(fresh, 'GET')).status]).toEqual([404, 200]);
    for (const table of ['feedback_screenshots', 'feedback_submissions_history'])
      expect(await database.query(`SELECT id FROM ${table} WHERE feedback_id = '${old}'`)).toEqual([]);
    expect(await texts('session_id=old&q=old')).toEqual([]);
    for (const bad of ['retention_days=0', 'retention_days=x', 'dry_run=perhaps'])
      expect([bad, (await clean(bad)).status]).toEqual([bad, 422]);
  });

  it('shows nothing of another tenant', async () => {
    const id = await submit('Ours alone', { screenshot: dataUrl(await plain(10, 10)) });
    await until(async () => (await act(id, 'GET', '/screenshots/0')).status === 200);
    const tenant = await server.request<{ admin_key: string }>('/admin/api/tenants', {
      body: { slug: `inbox-${dialect}`, name: 'O' },
    });
    const key = tenant.body.admin_key;
    const ask = (method: string, path: string, body?: object): Promise<Answer> =>
      server.request(`/admin/api/feedback${path}`, {
        method,
        key,
        headers: { 'if-match': '*' },
        ...(body ? { body } : {}),
      });
    for (const [method, path, body] of [
      ['GET', `/${id}`],
      ['PATCH', `/${id}`, { is_read: true }],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/restore`],
      ['GET', `/${id}/history`],
      ['GET', `/${id}/screenshots/0`],
      ['GET', `/${id}/screenshots/0/thumbnail`],
    ] as const)
      expect([method, path, (await ask(method, path, body)).status]).toEqual([method, path, 404]);
    expect((await server.request<Page>('/admin/api/feedback?q=ours', { key })).body.data).toEqual([]);
    const cleaned = await server.request<{ data: object }>('/admin/api/cleanup?retention_days=1', {
      key,
      method: 'POST',
    });
    expect(cleaned.body.data).toMatchObject({ submissions_deleted: 0 });
    expect((await server.request('/admin/api/export', { key })).text.trim().split('\r\n')).toHaveLength(1);
  });
});
