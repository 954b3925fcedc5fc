import sharp from 'sharp';
import { onBothDatabases } from '../../support/environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, noise, plain } from '../../support/pictures.js';

const BODY = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00+01:00',
};

/** A PNG of 16,000 × 16,000 pixels: small as a file, huge in memory. */
function bomb(): Promise<Buffer> {
  const create = { width: 16_000, height: 16_000, channels: 3, background: '#fff' } as const;
  return sharp({ create, limitInputPixels: false }).png().toBuffer();
}

/** A small PNG whose header says 60,000 × 60,000. */
async function lyingHeader(): Promise<Buffer> {
  const png = Buffer.from(await plain(50, 50));
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  return png;
}

onBothDatabases('screenshots', ({ api, admin, server }) => {
  /** The feedback, when every screenshot is encoded or refused. */
  const ready = async (id: string) => {
    await until(async () => (await admin.inbox.get(id)).body.screenshots.every(({ state }) => state !== 'pending'));
    return (await admin.inbox.get(id)).body;
  };

  // S3-03 S3-05 S3-06 S3-07
  it('are encoded again, without what was hidden in them', async () => {
    const picture = await sharp(await plain(640, 400, 'jpeg'))
      .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
      .toBuffer();
    const polyglot = Buffer.concat([picture, Buffer.from('<script>alert("canary-script")</script>')]);
    const sent = await api.feedback.create({ ...BODY, screenshot: dataUrl(polyglot, 'text/html') });
    expect(sent).toMatchObject({ status: 201, body: { warnings: [] } });
    const { id, screenshots } = await ready(sent.body.id);
    expect(screenshots).toMatchObject([
      {
        n: 0,
        state: 'ready',
        content_type: 'image/webp',
        width: 640,
        height: 400,
        url: `/admin/api/feedback/${id}/screenshots/0`,
        thumbnail_url: `/admin/api/feedback/${id}/screenshots/0/thumbnail`,
      },
    ]);

    const shown = await admin.inbox.screenshot(id, 0);
    expect(shown).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'image/webp',
        'content-disposition': 'attachment; filename="screenshot.webp"',
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      },
    });
    expect(shown.bytes.includes('canary')).toBe(false);
    expect((await sharp(shown.bytes).metadata()).exif).toBeUndefined();
    const thumbnail = await admin.inbox.thumbnail(id, 0);
    expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ format: 'webp', width: 320 });
    expect(await admin.inbox.screenshot(id, 1)).toMatchObject({ status: 404 });
  });

  const refused: [name: string, code: string, screenshot: () => Promise<string> | string][] = [
    ['SVG', 'not_a_picture', () => dataUrl(Buffer.from('<svg onload="alert(1)"/>'), 'image/svg+xml')],
    ['HTML as PNG', 'not_a_picture', () => dataUrl(Buffer.from('<html><script>1</script>'))],
    ['GIF', 'not_a_picture', () => dataUrl(Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00'))],
    ['zip', 'not_a_picture', () => dataUrl(Buffer.from('PK\x03\x04aaaaaaaa'))],
    ['PDF', 'not_a_picture', () => dataUrl(Buffer.from('%PDF-1.7'))],
    ['empty', 'empty', () => 'data:image/png;base64,'],
    ['no base64', 'not_base64', () => 'data:image/png;base64,%%%%%%%%%%%%%%%%'],
    ['a path', 'not_base64', () => 'file:///etc/passwd'],
    ['an address', 'not_base64', () => 'http://169.254.169.254/latest'],
    ['bomb', 'too_many_pixels', async () => dataUrl(await bomb())],
    ['lying header', 'too_many_pixels', async () => dataUrl(await lyingHeader())],
    ['magic bytes alone', 'unreadable', async () => dataUrl((await plain(50, 50)).subarray(0, 8))],
    ['20 MB', 'too_large', async () => dataUrl(Buffer.concat([await plain(50, 50), Buffer.alloc(20 * 2 ** 20)]))],
  ];
  it.each(refused)('are refused (%s), and their text is kept', async (name, code, screenshot) => {
    const description = `With ${name}.`;
    const sent = await api.feedback.create({ ...BODY, description, screenshot: await screenshot() });
    expect(sent).toMatchObject({ status: 201, body: { warnings: [{ code }] } });
    expect(await ready(sent.body.id)).toMatchObject({ description, screenshots: [] });
    expect(server.log).not.toContain('unexpected error');
  });

  it('are taken for what they are, not for what they say', async () => {
    const sent = await api.feedback.create({ ...BODY, screenshot: dataUrl(await plain(50, 50), 'image/gif') });
    expect(sent).toMatchObject({ status: 201, body: { warnings: [] } });
    expect(await ready(sent.body.id)).toMatchObject({ screenshots: [{ state: 'ready' }] });
  });

  it.each([
    ['a JPEG without its last bytes', async () => (await noise(300, 300, 'jpeg')).subarray(0, -2)],
    ['a JPEG that ends early', async () => cutShort(await noise(300, 300, 'jpeg'))],
    ['a PNG with one wrong bit', async () => flipped(await noise(300, 300))],
  ])('are shown as far as they can be decoded: %s', async (_, picture) => {
    const sent = await api.feedback.create({ ...BODY, screenshot: dataUrl(await picture()) });
    expect(sent).toMatchObject({ status: 201, body: { warnings: [] } });
    expect(await ready(sent.body.id)).toMatchObject({ screenshots: [{ state: 'ready', width: 300, height: 300 }] });
    expect(await admin.inbox.screenshot(sent.body.id, 0)).toMatchObject({ status: 200 });
  });

  it('are kept as they were sent when nothing of them can be decoded', async () => {
    const cut = (await noise(300, 300)).subarray(0, 100);
    const sent = await api.feedback.create({ ...BODY, screenshot: dataUrl(cut) });
    expect(sent).toMatchObject({ status: 201, body: { warnings: [] } });
    expect(await ready(sent.body.id)).toMatchObject({ screenshots: [{ state: 'failed' }] });
    expect(await admin.inbox.screenshot(sent.body.id, 0)).toMatchObject({ status: 404 });
    const asSent = await admin.call('get_screenshot', { path: { id: sent.body.id, n: 0 }, query: { sent: true } });
    expect(asSent).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': expect.stringMatching(/^attachment/),
      },
    });
    expect(asSent.bytes.equals(cut)).toBe(true);
    expect(server.log).not.toContain('unexpected error');
  });

  it('are not kept as they were sent once they are encoded', async () => {
    const sent = await api.feedback.create({ ...BODY, screenshot: dataUrl(await plain(50, 50)) });
    await ready(sent.body.id);
    expect(
      await admin.call('get_screenshot', { path: { id: sent.body.id, n: 0 }, query: { sent: true } }),
    ).toMatchObject({ status: 404 });
  });
});

const cutShort = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length * 0.99));

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1]! ^= 1;
  return copy;
}
