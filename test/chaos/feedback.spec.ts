import { onBothDatabases, onPostgresBehindProxy } from '../support/environment.js';
import { ENVIRONMENT_KEY, until } from '../support/outage.js';
import { dataUrl, noise, plain } from '../support/pictures.js';
import type { ServerProcess } from '../support/server-process.js';

const BODY = { session_id: 's', category: 'bug', url: 'https://a.example', timestamp: 'now' };
const KILLS = 3;
const CLIENTS = 4;
const MIN_ACKNOWLEDGED = 10;

/** Clients that upload screenshots until the server is killed, and keep the ids that it acknowledged. */
class Uploads {
  readonly acknowledged = new Set<string>();
  private sent = 0;

  constructor(private readonly screenshot: string) {}

  /** Uploads for a while, then kills the server; `stopFirst`: the clients send nothing more at the kill. */
  async untilKilled(server: ServerProcess, stopFirst: boolean): Promise<void> {
    let running = true;
    const enough = this.acknowledged.size + CLIENTS;
    const clients = Array.from({ length: CLIENTS }, () => this.upload(server, () => running));
    await until(async () => this.acknowledged.size >= enough);
    running = !stopFirst;
    await server.stop('SIGKILL');
    running = false;
    await Promise.all(clients);
  }

  private async upload({ api }: ServerProcess, isRunning: () => boolean): Promise<void> {
    while (isRunning()) {
      const body = { ...BODY, description: `upload ${this.sent++}`, screenshot: this.screenshot };
      // A connection that dies with the process acknowledges nothing.
      const answer = await api.feedback.create(body, { key: ENVIRONMENT_KEY }).catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status < 300) this.acknowledged.add(answer.body.id);
    }
  }
}

onBothDatabases(
  'feedback under kill -9',
  ({ database, startServer }) => {
    it('loses no acknowledged text and no acknowledged screenshot, and leaves no orphans', async () => {
      // 300 kB that do not compress.
      const uploads = new Uploads(dataUrl(await noise(330, 310)));
      for (let kill = 0; kill < KILLS; kill++) await uploads.untilKilled(await startServer(), kill % 2 === 1);
      await startServer();

      const rows = await database.query<{ id: string; screenshots: unknown }>(
        'SELECT f.id AS id, (SELECT COUNT(*) FROM feedback_screenshots s WHERE s.feedback_id = f.id AND s.screenshot_data IS NOT NULL) AS screenshots FROM feedback_submissions f',
      );
      const found = new Map(rows.map(({ id, screenshots }) => [id, Number(screenshots)]));
      expect(uploads.acknowledged.size).toBeGreaterThan(MIN_ACKNOWLEDGED);
      expect([...uploads.acknowledged].filter((id) => found.get(id) !== 1)).toEqual([]);
      const orphans = await database.query(
        'SELECT id FROM feedback_screenshots WHERE feedback_id NOT IN (SELECT id FROM feedback_submissions)',
      );
      expect(orphans).toEqual([]);
      // Screenshots that were being encoded at the kill are encoded again.
      await until(async () => {
        const pending = await database.query(`SELECT id FROM feedback_screenshots WHERE state <> 'ready'`);
        return pending.length === 0;
      });
    });
  },
  { start: false, settings: { FL_API_KEYS: `${ENVIRONMENT_KEY}:ingest`, FL_RATE_LIMIT_ENABLED: 'false' } },
);

onPostgresBehindProxy(
  'feedback in an outage',
  ({ admin, api, proxy }) => {
    it('is kept with its screenshot, and shown after the replay', async () => {
      proxy.set('refuse');
      const sent = await api.feedback.create({
        ...BODY,
        description: 'In the outage',
        screenshot: dataUrl(await plain(100, 80)),
        prediction_id: '01900000-0000-7000-8000-000000000000',
      });
      expect(sent).toMatchObject({ status: 202, body: { link: 'pending' } });
      expect(await admin.inbox.list()).toMatchObject({ status: 503 });
      proxy.set('pass');
      const item = () => admin.inbox.get(sent.body.id);
      await until(async () => {
        const { body, status } = await item();
        return status === 200 && body.screenshots[0]?.state === 'ready';
      });
      expect(await item()).toMatchObject({ body: { description: 'In the outage' } });
    });
  },
  { scopes: 'ingest+admin' },
);
