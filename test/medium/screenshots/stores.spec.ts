import { existsSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import sharp from 'sharp';
import { runCli } from '../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { dataUrl, plain } from '../support/pictures.js';
import { ServerProcess } from '../support/server-process.js';

interface Item {
  screenshots: { state: string; url: string; thumbnail_url: string }[];
}

const BODY = {
  session_id: 's',
  category: 'bug',
  description: 'With a picture',
  url: 'https://a.example',
  timestamp: 'now',
};

describe('pictures outside of the database', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let s3: { server: InstanceType<typeof S3rver>; folder: string; environment: Record<string, string> };

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
      environment: {
        FL_S3_BUCKET: 'pictures',
        FL_S3_ENDPOINT: `http://127.0.0.1:${port}`,
        FL_S3_PREFIX: 'team/',
        FL_S3_ACCESS_KEY_ID: 'S3RVER',
        FL_S3_SECRET_ACCESS_KEY: 'S3RVER',
      },
    };
    database = await createTestDatabase('postgresql');
  });
  afterAll(async () => {
    await server?.stop();
    await s3?.server.close();
    await database?.drop();
  });

  const start = async (store: string, more: Record<string, string> = {}): Promise<void> => {
    await server?.stop();
    // What is moved must be read where it is now, not from memory.
    const environment = { ...s3.environment, FL_BLOB_STORE: store, FL_PICTURE_CACHE_BYTES: '0', ...more };
    server = await ServerProcess.start(database, environment);
  };
  const submit = async (): Promise<string> => {
    const screenshot = dataUrl(await plain(400, 300));
    const { body } = await server.request<{ id: string }>('/api/v1/feedback', { body: { ...BODY, screenshot } });
    return body.id;
  };
  const item = async (id: string): Promise<Item> => (await server.request<Item>(`/admin/api/feedback/${id}`)).body;
  const ready = async (id: string): Promise<Item> => {
    await until(async () => (await item(id)).screenshots[0]!.state === 'ready');
    return item(id);
  };
  const widths = async (id: string): Promise<number[]> => {
    const { thumbnail_url, url } = (await ready(id)).screenshots[0]!;
    const widthOf = async (path: string): Promise<number> => {
      const response = await fetch(server.address + path, { headers: { authorization: `Bearer ${server.adminKey}` } });
      expect([path, response.status]).toEqual([path, 200]);
      return (await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width;
    };
    return [await widthOf(url), await widthOf(thumbnail_url)];
  };
  const inside = async (): Promise<number> =>
    (await database.query('SELECT id FROM feedback_screenshots WHERE screenshot_data IS NOT NULL')).length;
  const files = (folder: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
          /\.webp(?:\._S3rver_object)?$/.test(name),
        )
      : [];
  const move = (to: string): ReturnType<typeof runCli> =>
    runCli(['blobs', 'move', '--to', to], { ...database.environment, ...s3.environment }, database.folder);

  it('S3-F2 go to a directory or an S3 server, are moved between the stores, and stay readable', async () => {
    const directory = join(database.folder, 'blobs');
    await start('database');
    const first = await submit();
    expect(await widths(first)).toEqual([400, 320]);
    expect(await inside()).toBe(1);

    await start('directory');
    const second = await submit();
    expect([await widths(second), await widths(first)]).toEqual([
      [400, 320],
      [400, 320],
    ]);
    expect([files(directory).length, await inside()]).toEqual([2, 1]);

    await start('s3');
    const third = await submit();
    expect(await widths(third)).toEqual([400, 320]);
    expect(files(s3.folder)).toHaveLength(2);

    const moved = await move('s3');
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining('2 screenshots moved to s3')]);
    expect([files(directory).length, files(s3.folder).length, await inside()]).toEqual([0, 6, 0]);
    for (const id of [first, second, third]) expect(await widths(id)).toEqual([400, 320]);

    expect((await move('database')).code).toBe(0);
    expect([files(s3.folder).length, await inside()]).toEqual([0, 3]);
    expect((await move('directory')).code).toBe(0);
    for (const id of [first, second, third]) expect(await widths(id)).toEqual([400, 320]);
    expect((await move('elsewhere')).code).toBe(2);
  });

  it('leaves no file behind when the submission is deleted', async () => {
    await start('directory');
    const id = await submit();
    await ready(id);
    await database.query(`UPDATE feedback_submissions SET created_at = now() - interval '200 days'`);
    await server.request('/admin/api/cleanup?retention_days=90', { method: 'POST' });
    await until(async () => files(join(database.folder, 'blobs')).length === 0);
    expect(await database.query('SELECT id FROM blob_deletions')).toEqual([]);
  });

  it('S3-F10 those that were looked at are answered from memory, or not sent again, until they are erased', async () => {
    await start('directory', { FL_PICTURE_CACHE_BYTES: '1000000' });
    const user_id = 'somebody';
    const screenshot = dataUrl(await plain(400, 300));
    const sent = await server.request<{ id: string }>('/api/v1/feedback', { body: { ...BODY, user_id, screenshot } });
    const { thumbnail_url, url } = (await ready(sent.body.id)).screenshots[0]!;
    const fetched = async (
      path: string,
      tag?: string,
    ): Promise<[status: number, bytes: number, tag: string | null]> => {
      const headers = { authorization: `Bearer ${server.adminKey}`, ...(tag ? { 'if-none-match': tag } : {}) };
      const answer = await fetch(server.address + path, { headers });
      return [answer.status, (await answer.arrayBuffer()).byteLength, answer.headers.get('etag')];
    };
    const [first, small] = [await fetched(url), await fetched(thumbnail_url)];
    expect([first[0], small[0], first[2] === small[2]]).toEqual([200, 200, false]);
    // Where the files were, nothing can be read any more.
    renameSync(join(database.folder, 'blobs'), join(database.folder, 'away'));
    expect(await fetched(url)).toEqual(first);
    expect(await fetched(thumbnail_url)).toEqual(small);
    for (const tag of [first[2]!, `W/${first[2]}`, `"other", ${first[2]}`, '*'])
      expect(await fetched(url, tag)).toEqual([304, 0, first[2]]);
    expect(await fetched(url, '"other"')).toEqual(first);
    expect((await server.request('/metrics')).text).toMatch(/cache_entries\{cache="pictures"\} 2/);
    renameSync(join(database.folder, 'away'), join(database.folder, 'blobs'));
    expect((await server.request(`/api/v1/subjects/${user_id}`, { method: 'DELETE' })).status).toBe(200);
    expect([(await fetched(url))[0], (await fetched(url, first[2]!))[0]]).toEqual([404, 404]);
    expect((await server.request('/metrics')).text).toMatch(/cache_entries\{cache="pictures"\} 0/);
  });

  it('waits for a store that is away, and gives no picture up', async () => {
    const { port } = new URL(s3.environment.FL_S3_ENDPOINT!);
    await start('s3', { FL_S3_ENDPOINT: 'http://127.0.0.1:9' });
    const id = await submit();
    await until(async () => server.log.includes('failed to process screenshots'));
    expect((await item(id)).screenshots[0]!.state).toBe('pending');
    await start('s3', { FL_S3_ENDPOINT: `http://127.0.0.1:${port}` });
    expect(await widths(id)).toEqual([400, 320]);
    expect(server.log).not.toContain('S3RVER');
  });

  it('a store that is half configured is refused at the start', async () => {
    const broken = ServerProcess.spawn({ ...database.environment, FL_BLOB_STORE: 's3' }, database.folder);
    expect(await broken.exitCode()).not.toBe(0);
    expect(broken.log).toContain('FL_S3_BUCKET');
  });
});
