import { form, type FormFile, invalid } from '../../support/api/payloads.js';
import { onBothDatabases } from '../../support/environment.js';
import { refusalOf } from '../../support/expectations.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';

const BODY = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00+01:00',
};

onBothDatabases(
  'feedback',
  ({ api, admin, database, dialect }) => {
    /** Somebody without a key, at this address. */
    const from = (address: string) => api.as(null, { 'x-forwarded-for': address });

    // S3-01 S3-02
    it('keeps a text with all its fields', async () => {
      const sent = await api.feedback.create({
        ...BODY,
        browser: 'Firefox 140',
        os: 'Debian 12',
        screen_resolution: '1920x1080',
        viewport_size: '1280x720',
        annotation_coords: [{ x: 1, y: 2, w: 30, h: 40 }],
        api_state: { user: { plan: 'pro' }, canary: 'canary-api-state' },
        user_id: 'ann',
      });
      expect(sent.status).toBe(201);
      expect(sent.body).toEqual({ success: true, id: expect.any(String), link: null, warnings: [] });
      expect(await admin.inbox.get(sent.body.id)).toMatchObject({
        body: {
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
        },
      });
      const rows = await database.query('SELECT api_state FROM feedback_submissions WHERE api_state IS NOT NULL');
      expect(JSON.stringify(rows)).not.toContain('canary');
    });

    // S3-01
    it('takes the older path, body and status, and what its clients send', async () => {
      const sent = await from('10.0.0.1').feedback.createByLegacyPath(
        invalid({
          ...BODY,
          timestamp: 'Sat, 22nd',
          annotation_coords: '{"x":1}',
          api_state: 'not json',
          surprise: 1,
          screenshot: '',
        }),
      );
      expect(sent).toMatchObject({ status: 200, body: { success: true, warnings: [] } });
      expect(await admin.inbox.get(sent.body.id)).toMatchObject({
        body: { timestamp: 'Sat, 22nd', annotation_coords: '{"x":1}', api_state: 'not json', has_annotation: true },
      });
    });

    // S3-01
    it('takes a time of Date.now() on the older path', async () => {
      const sent = await api.feedback.createByLegacyPath({ ...BODY, timestamp: 1_800_000_000_000 });
      expect(await admin.inbox.get(sent.body.id)).toMatchObject({ body: { timestamp: '2027-01-15T08:00:00.000Z' } });
    });

    it('takes a form with several pictures, and refuses each for itself', async () => {
      const files: [name: string, bytes: Buffer, type: string][] = [
        ['a.png', await plain(20, 10), 'image/png'],
        ['b.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
        ['../../etc/passwd\0.png', await plain(30, 30, 'webp'), 'image/png'],
      ];
      const fields = { ...BODY, api_state: '{"a": 1}', annotation_coords: '', elapsed_ms: '5000' };
      const sent = await api.feedback.create(
        form(
          fields,
          files.map(([name, bytes, type]) => ({ field: 'screenshot', name, bytes, type })),
        ),
      );
      expect(sent).toMatchObject({
        status: 201,
        body: { warnings: [{ path: 'screenshot.1', code: 'not_a_picture' }] },
      });
      await until(async () => {
        const { body } = await admin.inbox.get(sent.body.id);
        return body.screenshots.every(({ state }) => state !== 'pending');
      });
      const shown = await admin.inbox.get(sent.body.id);
      expect(shown.body.api_state).toEqual({ a: 1 });
      expect(shown.body.screenshots).toMatchObject([
        { n: 0, state: 'ready' },
        { n: 1, state: 'ready' },
      ]);
    });

    it('keeps five pictures of a form, and warns of more', async () => {
      const picture: FormFile = { field: 'screenshot', name: 'x.png', bytes: await plain(8, 8), type: 'image/png' };
      const sent = await api.feedback.create(form(BODY, Array<FormFile>(7).fill(picture)));
      expect(sent).toMatchObject({ status: 201, body: { warnings: [{ code: 'too_many' }] } });
      const shown = await admin.inbox.get(sent.body.id);
      expect(shown.body.screenshots).toHaveLength(5);
    });

    // S3-09
    it('lets a person without a key send five an hour from one address', async () => {
      const statuses: number[] = [];
      for (let i = 0; i < 7; i++) {
        const description = `Number ${i} of ${crypto.randomUUID()}`;
        const sent = await from('10.9.9.9').feedback.createByLegacyPath({ ...BODY, description });
        statuses.push(sent.status);
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
      const limited = await from('10.9.9.9').feedback.createByLegacyPath(BODY);
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(600);
      expect(limited.headers).toMatchObject({ 'x-ratelimit-limit': '5' });
      expect(await from('10.9.9.8').feedback.createByLegacyPath(BODY)).toMatchObject({ status: 200 });
    });

    // S3-09
    it('counts no request that is not well-formed', async () => {
      for (let i = 0; i < 7; i++)
        expect(await from('10.9.9.7').feedback.createByLegacyPath(invalid({}))).toMatchObject({ status: 422 });
      expect(await from('10.9.9.7').feedback.createByLegacyPath(BODY)).toMatchObject({ status: 200 });
    });

    // S3-09
    it('lets the holder of a feedback token send more, about its own prediction alone', async () => {
      const { id, feedback_token } = await api.predicted();
      const holder = api.as(null, { 'x-feedback-token': feedback_token, 'x-forwarded-for': '10.9.9.6' });
      for (let i = 0; i < 7; i++)
        expect(await holder.feedback.create({ ...BODY, prediction_id: id })).toMatchObject({
          status: 201,
          body: { link: 'linked' },
        });
      const other = await holder.feedback.create({ ...BODY, prediction_id: crypto.randomUUID() });
      expect(other).toMatchObject({ status: 401 });
    });

    it('links by key', async () => {
      const { id } = await api.predicted('Linked.');
      expect(await api.feedback.create({ ...BODY, prediction_id: id })).toMatchObject({ body: { link: 'linked' } });
    });

    it('keeps what names no prediction as pending', async () => {
      const unknown = '01900000-0000-7000-8000-000000000000';
      const sent = await api.feedback.create({ ...BODY, prediction_id: unknown });
      expect(sent).toMatchObject({ status: 201, body: { link: 'pending' } });
    });

    it('links what came before its prediction in the background', async () => {
      const { id } = await api.predicted('To be early.');
      const sent = await api.feedback.create({ ...BODY, prediction_id: id });
      await database.query(`UPDATE feedback_submissions SET link = 'pending' WHERE id = '${sent.body.id}'`);
      await until(async () => (await admin.inbox.get(sent.body.id)).body.link === 'linked');
    });

    it('keeps what names a prediction without a key as unverified', async () => {
      const { id } = await api.predicted('Unverified.');
      const sent = await from('10.0.1.1').feedback.createByLegacyPath({ ...BODY, prediction_id: id });
      expect(sent).toMatchObject({ body: { link: 'pending' } });
      expect(await admin.inbox.get(sent.body.id)).toMatchObject({ body: { link: 'unverified' } });
      const listed = await admin.inbox.list({ prediction_id: id });
      expect(listed.body.data.map((item) => item.id)).toEqual([sent.body.id]);
    });

    it('puts the doubtful into quarantine: kept, shown apart, not counted, let out by hand', async () => {
      const before = await admin.storageMetrics();
      const reasons: [reason: string, more: { website?: string; elapsed_ms?: number }][] = [
        ['honeypot', { website: 'https://spam.example' }],
        ['too_fast', { elapsed_ms: 30 }],
        ['near_duplicate', {}],
      ];
      const original = { ...BODY, description: 'Buy the very best watches in town, today!' };
      await from('10.7.0.3').feedback.createByLegacyPath(original);
      for (const [i, [quarantine, more]] of reasons.entries()) {
        const doubtful = { ...BODY, description: 'Buy the VERY best watches in town – today', ...more };
        const sent = await from(`10.7.0.${i + 1}`).feedback.createByLegacyPath(doubtful);
        expect(await admin.inbox.get(sent.body.id)).toMatchObject({ body: { quarantine } });
      }
      const after = await admin.storageMetrics();
      expect(after.body.data.total_submissions).toBe(before.body.data.total_submissions + 1);

      const held = await admin.inbox.list({ quarantined: true });
      const [newest] = held.body.data;
      expect(held.body.data).toMatchObject([
        { quarantine: 'near_duplicate' },
        { quarantine: 'too_fast' },
        { quarantine: 'honeypot' },
      ]);
      const released = await admin.inbox.triage(newest!, { quarantined: false });
      expect(released).toMatchObject({ status: 200, body: { quarantine: null } });
      expect((await admin.inbox.list({ quarantined: true })).body.data).toHaveLength(2);
    });

    it('trusts somebody with a secret key', async () => {
      for (let i = 0; i < 2; i++) {
        const sent = await api.feedback.create({ ...BODY, website: 'x' });
        expect(await admin.inbox.get(sent.body.id)).toMatchObject({ body: { quarantine: null } });
      }
    });

    it('answers again by its Idempotency-Key, pictures included', async () => {
      const options = { headers: { 'idempotency-key': `feedback ${dialect}` } };
      const one = { ...BODY, screenshot: dataUrl(await plain(10, 10)) };
      const other = { ...BODY, screenshot: dataUrl(await plain(11, 10)) };
      const first = await api.feedback.create(one, options);
      expect(first.status).toBe(201);
      const second = await api.feedback.create(one, options);
      expect(second.body).toEqual(first.body);
      expect(second.headers).toMatchObject({ 'idempotent-replayed': 'true' });
      expect(await api.feedback.create(other, options)).toMatchObject({ status: 422 });
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
      expect(await api.feedback.create(invalid({ ...BODY, ...more }))).toMatchObject(refusalOf(field));
    });

    it('one value that no key opens shuts neither the inbox nor the export', async () => {
      const sent = await api.feedback.create({ ...BODY, session_id: 'sealed', api_state: { a: 1 } });
      const sealed = 'v1.00000000.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA';
      await database.query(`UPDATE feedback_submissions SET api_state = '${sealed}' WHERE id = '${sent.body.id}'`);
      const listed = await admin.inbox.list({ session_id: 'sealed' });
      expect(listed.body.data).toMatchObject([{ api_state: null, api_state_unreadable: true }]);
      expect(await admin.inbox.export({ session_id: 'sealed' })).toMatchObject({ status: 200 });
    });
  },
  { settings: { FL_PUBLIC_ROUTES: 'feedback', FL_TRUSTED_PROXIES: '127.0.0.1' } },
);
