import { existsSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import sharp from 'sharp';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onPostgresInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';

const BODY = {
  session_id: 's',
  category: 'bug',
  description: 'With a picture',
  url: 'https://a.example',
  timestamp: 'now',
};
const BOTH_WIDTHS = { full: 400, thumbnail: 320 };

onPostgresInProcess(
  'stores of screenshots',
  ({ admin, api, database, restart, server, startServer }) => {
    let s3: { server: InstanceType<typeof S3rver>; folder: string; settings: Record<string, string> };

    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 's3-'));
      const bucket = new S3rver({
        port: 0,
        address: '127.0.0.1',
        silent: true,
        directory: folder,
        configureBuckets: [{ name: 'pictures', configs: [] }],
      });
      const { port } = await bucket.run();
      s3 = {
        server: bucket,
        folder,
        settings: {
          FL_S3_BUCKET: 'pictures',
          FL_S3_ENDPOINT: `http://127.0.0.1:${port}`,
          FL_S3_PREFIX: 'team/',
          FL_S3_ACCESS_KEY_ID: 'S3RVER',
          FL_S3_SECRET_ACCESS_KEY: 'S3RVER',
        },
      };
    });
    afterAll(() => s3?.server.close());

    const restartWith = (store: string, more: Record<string, string> = {}) =>
      // What is moved must be read where it is now, not from memory.
      restart({ ...s3.settings, FL_BLOB_STORE: store, FL_PICTURE_CACHE_BYTES: '0', ...more });
    const submit = async (more: object = {}) => {
      const screenshot = dataUrl(await plain(400, 300));
      return (await api.feedback.create({ ...BODY, ...more, screenshot })).body.id;
    };
    const stateOf = async (id: string) => (await admin.inbox.get(id)).body.screenshots[0]?.state;
    const ready = (id: string) => until(async () => (await stateOf(id)) === 'ready');
    const widths = async (id: string) => {
      await ready(id);
      const [full, thumbnail] = [await admin.inbox.screenshot(id, 0), await admin.inbox.thumbnail(id, 0)];
      expect([full, thumbnail]).toMatchObject([{ status: 200 }, { status: 200 }]);
      return {
        full: (await sharp(full.bytes).metadata()).width,
        thumbnail: (await sharp(thumbnail.bytes).metadata()).width,
      };
    };
    const filesIn = (folder: string): number =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
            /\.webp(?:\._S3rver_object)?$/.test(name),
          ).length
        : 0;
    const blobs = () => join(database.folder, 'blobs');
    const stored = async () => ({
      directory: filesIn(blobs()),
      s3: filesIn(s3.folder),
      database: (await database.query('SELECT id FROM feedback_screenshots WHERE screenshot_data IS NOT NULL')).length,
    });
    const move = (to: string) =>
      runCliInProcess(['blobs', 'move', '--to', to], { ...database.environment, ...s3.settings }, database.folder);

    // S3-F2
    it('are a database, a directory or an S3 server; screenshots move between them and stay readable', async () => {
      await restartWith('database');
      const first = await submit();
      expect(await widths(first)).toEqual(BOTH_WIDTHS);
      expect(await stored()).toEqual({ directory: 0, s3: 0, database: 1 });

      await restartWith('directory');
      const second = await submit();
      expect(await widths(second)).toEqual(BOTH_WIDTHS);
      expect(await widths(first)).toEqual(BOTH_WIDTHS);
      expect(await stored()).toEqual({ directory: 2, s3: 0, database: 1 });

      await restartWith('s3');
      const third = await submit();
      expect(await widths(third)).toEqual(BOTH_WIDTHS);
      expect(await stored()).toEqual({ directory: 2, s3: 2, database: 1 });

      expect(await move('s3')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('2 screenshots moved to s3'),
      });
      expect(await stored()).toEqual({ directory: 0, s3: 6, database: 0 });
      for (const id of [first, second, third]) expect(await widths(id)).toEqual(BOTH_WIDTHS);

      expect(await move('database')).toMatchObject({ code: 0 });
      expect(await stored()).toEqual({ directory: 0, s3: 0, database: 3 });
      expect(await move('directory')).toMatchObject({ code: 0 });
      for (const id of [first, second, third]) expect(await widths(id)).toEqual(BOTH_WIDTHS);
      expect(await move('elsewhere')).toMatchObject({ code: 2 });
    });

    describe('of which one is a directory', () => {
      beforeAll(() => restartWith('directory', { FL_PICTURE_CACHE_BYTES: '1000000' }));

      // S3-F10
      it('are not read for a screenshot that is in memory, until it is erased', async () => {
        const id = await submit({ user_id: 'somebody' });
        await ready(id);
        const fetched = async (tag?: string) => {
          const options = tag === undefined ? {} : { headers: { 'if-none-match': tag } };
          const { bytes, headers, status } = await admin.inbox.screenshot(id, 0, options);
          return { status, size: bytes.byteLength, etag: headers.etag };
        };
        const thumbnail = async () => {
          const { bytes, headers, status } = await admin.inbox.thumbnail(id, 0);
          return { status, size: bytes.byteLength, etag: headers.etag };
        };
        const first = await fetched();
        const small = await thumbnail();
        expect([first, small]).toMatchObject([{ status: 200 }, { status: 200 }]);
        expect(first.etag).not.toBe(small.etag);

        // Nothing can be read any more where the files were.
        renameSync(blobs(), join(database.folder, 'away'));
        expect(await fetched()).toEqual(first);
        expect(await thumbnail()).toEqual(small);
        const etag = String(first.etag);
        for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
          expect({ tag, ...(await fetched(tag)) }).toEqual({ tag, status: 304, size: 0, etag });
        expect(await fetched('"other"')).toEqual(first);
        expect((await admin.metrics()).text).toMatch(/cache_entries\{cache="pictures"\} 2/);

        renameSync(join(database.folder, 'away'), blobs());
        expect(await api.subjects.erase('somebody')).toMatchObject({ status: 200 });
        expect(await fetched()).toMatchObject({ status: 404 });
        expect(await fetched(etag)).toMatchObject({ status: 404 });
        expect((await admin.metrics()).text).toMatch(/cache_entries\{cache="pictures"\} 0/);
      });

      it('keep no file of feedback that was deleted', async () => {
        const id = await submit();
        await ready(id);
        await database.query(`UPDATE feedback_submissions SET created_at = now() - interval '200 days'`);
        await admin.retention.cleanup({ retention_days: 90 });
        await until(async () => filesIn(blobs()) === 0);
        expect(await database.query('SELECT id FROM blob_deletions')).toEqual([]);
      });
    });

    it('lose no screenshot while they are unavailable', async () => {
      await restartWith('s3', { FL_S3_ENDPOINT: 'http://127.0.0.1:9' });
      const id = await submit();
      await until(async () => server.log.includes('failed to process screenshots'));
      expect(await stateOf(id)).toBe('pending');
      await restartWith('s3');
      expect(await widths(id)).toEqual(BOTH_WIDTHS);
      expect(server.log).not.toContain('S3RVER');
    });

    it('stop the start when they are configured in part', async () => {
      await expect(startServer({ FL_BLOB_STORE: 's3' })).rejects.toThrow('FL_S3_BUCKET');
    });
  },
  { start: false },
);
