import { randomBytes } from 'node:crypto';
import { form } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, noise } from '../../support/pictures.js';

const BODY = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00Z',
};

/** A form whose parts are bytes, as no client of ours would write them. */
function rawForm(parts: Record<string, Buffer | { type: string; bytes: Buffer }>): Buffer {
  const chunks = Object.entries(parts).flatMap(([name, part]) => {
    const { bytes, type } = Buffer.isBuffer(part) ? { bytes: part, type: '' } : part;
    const header = type === '' ? '' : `Content-Type: ${type}\r\n`;
    return [
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"\r\n${header}\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ];
  });
  return Buffer.concat([...chunks, Buffer.from('--b--\r\n')]);
}

onBothDatabasesInProcess(
  'forms of feedback',
  ({ admin, api, server }) => {
    const fields = Object.fromEntries(Object.entries(BODY).map(([name, value]) => [name, Buffer.from(value)]));
    const send = (more: Parameters<typeof rawForm>[0]) =>
      server.request<{ id: string; code: string }>('/api/v1/feedback', {
        raw: rawForm({ ...fields, ...more }),
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      });
    const stored = async (id: string) => (await admin.inbox.get(id)).body;

    it('refuses a field that is not UTF-8, instead of replacing its characters', async () => {
      expect(await send({ description: Buffer.from('café', 'latin1') })).toMatchObject({
        status: 400,
        body: { code: 'invalid_utf8', errors: [{ path: 'description' }] },
      });
    });

    it.each([
      ['text/plain; charset=windows-1252', Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x80]), 'café €'],
      ['text/plain; charset="ISO-8859-1"', Buffer.from('café', 'latin1'), 'café'],
      ['text/plain;charset=UTF-8', Buffer.from('café €'), 'café €'],
      ['text/plain; charset=utf-16le', Buffer.from('café €', 'utf16le'), 'café €'],
      ['text/plain', Buffer.from('café 😀'), 'café 😀'],
    ])('reads a part of type %s in its charset', async (type, bytes, description) => {
      const { body, status } = await send({ description: { type, bytes } });
      expect(status).toBe(201);
      expect(await stored(body.id)).toMatchObject({ description });
    });

    it.each(['utf-8', 'klingon'])('refuses a part that is not in its charset %s', async (charset) => {
      const bytes = Buffer.from('café', 'latin1');
      expect(await send({ description: { type: `text/plain; charset=${charset}`, bytes } })).toMatchObject({
        status: 400,
        body: { code: 'invalid_utf8' },
      });
    });

    it('takes a large data URL in a field of a form', async () => {
      const screenshot = dataUrl(await noise(1000, 1000));
      expect(screenshot.length).toBeGreaterThan(400_000);
      const { body, status } = await api.feedback.create(form({ screenshot, ...BODY }));
      expect({ status, body }).toMatchObject({ status: 201, body: { warnings: [] } });
      await until(async () => (await stored(body.id)).screenshots[0]?.state === 'ready');
    });

    it('takes a data URL that is divided into lines, in a form and in JSON', async () => {
      const screenshot = dataUrl(await noise(60, 60)).replace(/.{76}/g, '$&\r\n');
      for (const sent of [form({ ...BODY, screenshot }), { ...BODY, screenshot }])
        expect(await api.feedback.create(sent)).toMatchObject({ status: 201, body: { warnings: [] } });
    });

    it('keeps the text when a data URL of a form is too large, or is not an image', async () => {
      const large = dataUrl(randomBytes(1_100_000));
      const warnings = [{ path: 'screenshot.0', code: 'too_large' }];
      const { body, status } = await api.feedback.create(form({ ...BODY, screenshot: large }));
      expect({ status, body }).toMatchObject({ status: 201, body: { warnings } });
      expect(await stored(body.id)).toMatchObject({ description: BODY.description, has_screenshot: false });
      const noImage = await api.feedback.create(form({ ...BODY, screenshot: 'no picture' }));
      expect(noImage).toMatchObject({ status: 201, body: { warnings: [{ path: 'screenshot.0' }] } });
    });

    it('takes no screenshot from an empty field', async () => {
      expect(await api.feedback.create(form({ ...BODY, screenshot: '' }))).toMatchObject({
        status: 201,
        body: { warnings: [] },
      });
    });

    it('still limits other fields', async () => {
      const long = await api.feedback.create(form({ ...BODY, description: 'x'.repeat(140_000) }));
      expect(long).toMatchObject({ status: 422, body: { errors: [{ path: 'description' }] } });
    });
  },
  { settings: { FL_SCREENSHOT_MAX_BYTES: '1000000', FL_FEEDBACK_RATE_LIMIT_PER_HOUR: '1000' } },
);

onBothDatabasesInProcess(
  'large screenshots',
  ({ api }) => {
    it('fit into a body whose limit grows with theirs', async () => {
      const picture = dataUrl(randomBytes(15_000_000));
      // Random bytes are not an image, but they were read.
      expect(await api.feedback.create({ ...BODY, screenshot: [picture, picture] })).toMatchObject({
        status: 201,
        body: { warnings: [{ code: 'not_a_picture' }, { code: 'not_a_picture' }] },
      });
    });
  },
  { settings: { FL_SCREENSHOT_MAX_BYTES: '20971520' } },
);
