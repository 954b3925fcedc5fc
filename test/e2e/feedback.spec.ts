import sharp from 'sharp';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { dataUrl, noise, plain } from '../support/pictures.js';
import { type Answer, type RequestOptions, ServerProcess } from '../support/server-process.js';

interface Submitted {
  success: boolean;
  id: string;
  link: string | null;
  warnings: { path: string; code: string }[];
}
interface Item {
  id: string;
  category: string;
  description: string;
  timestamp: string;
  link: string | null;
  api_state: unknown;
  annotation_coords: unknown;
  has_annotation: boolean;
  has_screenshot: boolean;
  screenshots: { n: number; state: string; content_type: string; width: number; url: string; thumbnail_url: string }[];
  is_read: boolean;
  admin_notes: string | null;
  quarantine: string | null;
  version: number;
  deleted_at: string | null;
}
interface Page {
  data: Item[];
  next_cursor: string | null;
}

const BODY = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00+01:00',
};
const LIMITS = { FL_RATE_LIMIT_PER_MINUTE: '100000', FL_RATE_LIMIT_PER_HOUR: '100000' };

describe.each(DIALECTS)('feedback on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, {
      ...LIMITS,
      FL_PUBLIC_ROUTES: 'feedback',
      FL_TRUSTED_PROXIES: '127.0.0.1',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const submit = (body: object, options: RequestOptions = {}, path = '/api/v1/feedback'): Promise<Answer<Submitted>> =>
    server.request<Submitted>(path, { body, ...options });
  const anonymous = (body: object, address: string): Promise<Answer<Submitted>> =>
    submit(body, { key: null, headers: { 'x-forwarded-for': address } }, '/api/feedback');
  const item = async (id: string): Promise<Item> => (await server.request<Item>(`/admin/api/feedback/${id}`)).body;
  const list = async (query: string): Promise<Page> =>
    (await server.request<Page>(`/admin/api/feedback?${query}`)).body;
  const ready = async (id: string): Promise<Item> => {
    await until(async () => (await item(id)).screenshots.every(({ state }) => state !== 'pending'));
    return item(id);
  };
  const bytes = async (path: string): Promise<{ status: number; headers: Headers; bytes: Buffer }> => {
    const response = await fetch(server.address + path, { headers: { authorization: `Bearer ${server.adminKey}` } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const form = async (
    fields: Record<string, string>,
    files: [name: string, bytes: Buffer, type: string][],
  ): Promise<Answer<Submitted>> => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    for (const [name, content, type] of files)
      data.append('screenshot', new Blob([new Uint8Array(content)], { type }), name);
    const response = await fetch(`${server.address}/api/v1/feedback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}` },
      body: data,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Submitted };
  };

  it('S3-01 S3-02 keeps a text with all its fields', async () => {
    const sent = await submit({
      ...BODY,
      browser: 'Firefox 140',
      os: 'Debian 12',
      screen_resolution: '1920x1080',
      viewport_size: '1280x720',
      annotation_coords: [{ x: 1, y: 2, w: 30, h: 40 }],
      api_state: { user: { plan: 'pro' }, canary: 'canary-api-state' },
      user_id: 'ann',
    });
    expect([sent.status, sent.body]).toEqual([201, { success: true, id: sent.body.id, link: null, warnings: [] }]);
    expect(await item(sent.body.id)).toMatchObject({
      ...BODY,
      timestamp: '2026-11-22T08:30:00.000Z',
      browser: 'Firefox 140',
      os: 'Debian 12',
      screen_resolution: '1920x1080',
      viewport_size: '1280x720',
      annotation_coords: [{ x: 1, y: 2, w: 30, h: 40 }],
      has_annotation: true,
      api_state: { user: { plan: 'pro' }, canary: 'canary-api-state' },
      user_id: 'ann',
      is_read: false,
      is_archived: false,
      version: 1,
      screenshots: [],
    });
    const rows = await database.query('SELECT api_state FROM feedback_submissions WHERE api_state IS NOT NULL');
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it('S3-01 takes the older path, body and status, and what its clients send', async () => {
    const older = await anonymous(
      {
        ...BODY,
        timestamp: 'Sat, 22nd',
        annotation_coords: '{"x":1}',
        api_state: 'not json',
        surprise: 1,
        screenshot: '',
      },
      '10.0.0.1',
    );
    expect([older.status, older.body.success, older.body.warnings]).toEqual([200, true, []]);
    expect(await item(older.body.id)).toMatchObject({
      timestamp: 'Sat, 22nd',
      annotation_coords: '{"x":1}',
      api_state: 'not json',
      has_annotation: true,
    });
    // Numbers are what Date.now() gives.
    const numbers = await submit({ ...BODY, timestamp: 1_800_000_000_000 }, {}, '/api/feedback');
    expect((await item(numbers.body.id)).timestamp).toBe('2027-01-15T08:00:00.000Z');
  });

  it('S3-03 S3-05 S3-06 S3-07 keeps a picture, and shows it encoded anew, without what was hidden in it', async () => {
    const picture = await sharp(await plain(640, 400, 'jpeg'))
      .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
      .toBuffer();
    const polyglot = Buffer.concat([picture, Buffer.from('<script>alert("canary-script")</script>')]);
    const sent = await submit({ ...BODY, screenshot: dataUrl(polyglot, 'text/html') });
    expect([sent.status, sent.body.warnings]).toEqual([201, []]);
    const { screenshots } = await ready(sent.body.id);
    expect(screenshots).toMatchObject([{ n: 0, state: 'ready', content_type: 'image/webp', width: 640, height: 400 }]);
    const shown = await bytes(screenshots[0]!.url);
    expect([shown.status, shown.headers.get('content-type'), shown.headers.get('content-disposition')]).toEqual([
      200,
      'image/webp',
      'attachment; filename="screenshot.webp"',
    ]);
    expect(shown.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect(shown.bytes.includes('canary')).toBe(false);
    expect((await sharp(shown.bytes).metadata()).exif).toBeUndefined();
    const thumbnail = await sharp((await bytes(screenshots[0]!.thumbnail_url)).bytes).metadata();
    expect([thumbnail.format, thumbnail.width]).toEqual(['webp', 320]);
    expect((await bytes(`/admin/api/feedback/${sent.body.id}/screenshots/1`)).status).toBe(404);
  });

  it('takes a form with several pictures, and refuses each for itself', async () => {
    const fields = { ...BODY, api_state: '{"a": 1}', annotation_coords: '', elapsed_ms: '5000' };
    const sent = await form(fields, [
      ['a.png', await plain(20, 10), 'image/png'],
      ['b.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
      ['../../etc/passwd\0.png', await plain(30, 30, 'webp'), 'image/png'],
    ]);
    expect([sent.status, sent.body.warnings.map(({ path, code }) => [path, code])]).toEqual([
      201,
      [['screenshot.1', 'not_a_picture']],
    ]);
    const shown = await ready(sent.body.id);
    expect(shown.api_state).toEqual({ a: 1 });
    expect(shown.screenshots.map(({ n, state }) => [n, state])).toEqual([
      [0, 'ready'],
      [1, 'ready'],
    ]);
    const many = await form(
      BODY,
      await Promise.all(
        Array.from({ length: 7 }, async (): Promise<[string, Buffer, string]> => [
          'x.png',
          await plain(8, 8),
          'image/png',
        ]),
      ),
    );
    expect([many.status, many.body.warnings.map(({ code }) => code)]).toEqual([201, ['too_many']]);
    expect((await item(many.body.id)).screenshots).toHaveLength(5);
  });

  it('refuses or neutralises hostile pictures, and never loses their text', async () => {
    const png = await plain(50, 50);
    const lying = Buffer.from(png);
    lying.writeUInt32BE(60_000, 16);
    lying.writeUInt32BE(60_000, 20);
    const hostile: [name: string, picture: string, code: string | undefined][] = [
      ['SVG', dataUrl(Buffer.from('<svg onload="alert(1)"/>'), 'image/svg+xml'), 'not_a_picture'],
      ['HTML as PNG', dataUrl(Buffer.from('<html><script>1</script>')), 'not_a_picture'],
      ['GIF', dataUrl(Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00')), 'not_a_picture'],
      ['zip', dataUrl(Buffer.from('PK\x03\x04aaaaaaaa')), 'not_a_picture'],
      ['PDF', dataUrl(Buffer.from('%PDF-1.7')), 'not_a_picture'],
      ['empty', 'data:image/png;base64,', 'empty'],
      ['no base64', 'data:image/png;base64,%%%%%%%%%%%%%%%%', 'not_base64'],
      ['a path', 'file:///etc/passwd', 'not_a_picture'],
      ['an address', 'http://169.254.169.254/latest', 'not_a_picture'],
      [
        'bomb',
        dataUrl(
          await sharp({
            create: { width: 16_000, height: 16_000, channels: 3, background: '#fff' },
            limitInputPixels: false,
          })
            .png()
            .toBuffer(),
        ),
        'too_many_pixels',
      ],
      ['lying header', dataUrl(lying), 'too_many_pixels'],
      ['magic bytes alone', dataUrl(png.subarray(0, 8)), 'unreadable'],
      ['20 MB', dataUrl(Buffer.concat([png, Buffer.alloc(20 * 2 ** 20)])), 'too_large'],
      ['truncated', dataUrl((await noise(300, 300)).subarray(0, 20_000)), undefined],
      ['wrong type', dataUrl(png, 'image/gif'), undefined],
    ];
    for (const [name, screenshot, code] of hostile) {
      const sent = await submit({ ...BODY, description: `With ${name}.`, screenshot });
      expect([name, sent.status, sent.body.warnings.map((each) => each.code)]).toEqual([name, 201, code ? [code] : []]);
      const shown = await ready(sent.body.id);
      expect([name, shown.description]).toEqual([name, `With ${name}.`]);
      const states = shown.screenshots.map(({ state }) => state);
      expect([name, states]).toEqual([name, code ? [] : [name === 'truncated' ? 'failed' : 'ready']]);
      if (name === 'truncated') expect((await bytes(shown.screenshots[0]!.url)).status).toBe(404);
    }
    expect(server.log).not.toContain('unexpected error');
  });

  it('S3-09 lets nobody in particular send five an hour, and whoever has a key or token more', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++)
      statuses.push(
        (await anonymous({ ...BODY, description: `Number ${i} of ${crypto.randomUUID()}` }, '10.9.9.9')).status,
      );
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const limited = await anonymous(BODY, '10.9.9.9');
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(600);
    expect(limited.headers.get('x-ratelimit-limit')).toBe('5');
    expect((await anonymous(BODY, '10.9.9.8')).status).toBe(200);
    // What is not well-formed costs nothing.
    expect((await anonymous({}, '10.9.9.7')).status).toBe(422);
    const { body } = await server.request<{ id: string; feedback_token: string }>('/api/v1/predict', {
      body: { text: 'Hello.' },
    });
    for (let i = 0; i < 7; i++) {
      const sent = await submit(
        { ...BODY, prediction_id: body.id },
        { key: null, headers: { 'x-feedback-token': body.feedback_token, 'x-forwarded-for': '10.9.9.9' } },
      );
      expect([sent.status, sent.body.link]).toEqual([201, 'linked']);
    }
    const wrong = await submit(
      { ...BODY, prediction_id: crypto.randomUUID() },
      { key: null, headers: { 'x-feedback-token': body.feedback_token } },
    );
    expect(wrong.status).toBe(401);
  });

  it('links by key; what is named without one is kept as unverified', async () => {
    const { body } = await server.request<{ id: string }>('/api/v1/predict', { body: { text: 'Linked.' } });
    const linked = await submit({ ...BODY, prediction_id: body.id });
    expect(linked.body.link).toBe('linked');
    const pending = await submit({ ...BODY, prediction_id: '01900000-0000-7000-8000-000000000000' });
    expect([pending.status, pending.body.link]).toEqual([201, 'pending']);
    const early = (await server.request<{ id: string }>('/api/v1/predict', { body: { text: 'To be early.' } })).body.id;
    const waiting = await submit({ ...BODY, prediction_id: early });
    await database.query(`UPDATE feedback_submissions SET link = 'pending' WHERE id = '${waiting.body.id}'`);
    await until(async () => (await item(waiting.body.id)).link === 'linked');
    const unverified = await anonymous({ ...BODY, prediction_id: body.id }, '10.0.1.1');
    expect(unverified.body.link).toBe('pending');
    expect((await item(unverified.body.id)).link).toBe('unverified');
    expect((await list(`prediction_id=${body.id}`)).data).toHaveLength(2);
  });

  it('puts the doubtful into quarantine: kept, shown apart, not counted, let out by hand', async () => {
    const before = (await server.request<{ data: { total_submissions: number } }>('/admin/api/metrics')).body.data;
    const sent: [string, object][] = [
      ['honeypot', { website: 'https://spam.example' }],
      ['too_fast', { elapsed_ms: 30 }],
      ['near_duplicate', {}],
    ];
    await anonymous({ ...BODY, description: 'Buy the very best watches in town, today!' }, '10.7.0.3');
    for (const [i, [reason, more]] of sent.entries()) {
      const { body } = await anonymous(
        { ...BODY, description: 'Buy the VERY best watches in town – today', ...more },
        `10.7.0.${i + 1}`,
      );
      expect((await item(body.id)).quarantine).toBe(reason);
    }
    const after = (await server.request<{ data: { total_submissions: number } }>('/admin/api/metrics')).body.data;
    expect(after.total_submissions).toBe(before.total_submissions + 1);
    const held = (await list('quarantined=true')).data;
    expect(held.map(({ quarantine }) => quarantine)).toEqual(['near_duplicate', 'too_fast', 'honeypot']);
    const released = await server.request<Item>(`/admin/api/feedback/${held[0]!.id}`, {
      method: 'PATCH',
      body: { quarantined: false },
      headers: { 'if-match': '"1"' },
    });
    expect([released.status, released.body.quarantine]).toEqual([200, null]);
    expect((await list('quarantined=true')).data).toHaveLength(2);
    // Somebody with a secret key answers for what they send.
    for (let i = 0; i < 2; i++)
      expect((await item((await submit({ ...BODY, website: 'x' })).body.id)).quarantine).toBeNull();
  });

  it('answers again by its Idempotency-Key, pictures included', async () => {
    const send = async (screenshot: Buffer): Promise<Answer<Submitted>> =>
      submit({ ...BODY, screenshot: dataUrl(screenshot) }, { headers: { 'idempotency-key': `feedback ${dialect}` } });
    const [one, other] = [await plain(10, 10), await plain(11, 10)];
    const [first, second] = [await send(one), await send(one)];
    expect([first.status, second.body, second.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true']);
    expect((await send(other)).status).toBe(422);
  });

  it.each([
    [{ session_id: undefined }, 'session_id'],
    [{ category: 'x'.repeat(65) }, 'category'],
    [{ description: '  ' }, 'description'],
    [{ url: 7 }, 'url'],
    [{ timestamp: undefined }, 'timestamp'],
    [{ prediction_id: 'no uuid' }, 'prediction_id'],
    [{ api_state: 'x'.repeat(70_000) }, 'api_state'],
    [{ screenshot: 7 }, 'screenshot'],
    [{ surprise: 1 }, 'surprise'],
  ])('refuses %j by name', async (more, field) => {
    const answer = await submit({ ...BODY, ...more });
    expect([answer.status, answer.text.includes(`"path":"${field}"`)]).toEqual([422, true]);
  });

  it('one value that no key opens shuts neither the inbox nor the export', async () => {
    const sent = await submit({ ...BODY, session_id: 'sealed', api_state: { a: 1 } });
    await database.query(
      `UPDATE feedback_submissions SET api_state = 'v1.00000000.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA' WHERE id = '${sent.body.id}'`,
    );
    expect((await list('session_id=sealed')).data[0]).toMatchObject({ api_state: null, api_state_unreadable: true });
    expect((await server.request('/admin/api/export?session_id=sealed')).status).toBe(200);
  });
});
