import { createTestDatabase, DIALECTS } from '../support/databases.js';
import { databaseBehindProxy, ENVIRONMENT_KEY, until } from '../support/outage.js';
import { dataUrl, noise, plain } from '../support/pictures.js';
import { ServerProcess } from '../support/server-process.js';

interface Item {
  id: string;
  description: string;
  screenshots: { state: string }[];
}

const BODY = { session_id: 's', category: 'bug', url: 'https://a.example', timestamp: 'now' };
const KILLS = 3;
const CLIENTS = 4;

describe.each(DIALECTS)('kill -9 under uploads on %s', (dialect) => {
  it('loses no text and no picture that was acknowledged, and leaves no orphans', async () => {
    const database = await createTestDatabase(dialect);
    // 300 kB that no compression makes smaller.
    const screenshot = dataUrl(await noise(330, 310));
    const environment = { FL_API_KEYS: `${ENVIRONMENT_KEY}:ingest`, FL_RATE_LIMIT_ENABLED: 'false' };
    const acknowledged = new Set<string>();
    let sent = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const server = await ServerProcess.start(database, environment);
      let running = true;
      const client = async (): Promise<void> => {
        while (running) {
          const description = `upload ${sent++}`;
          try {
            const answer = await server.request<{ id: string }>('/api/v1/feedback', {
              key: ENVIRONMENT_KEY,
              body: { ...BODY, description, screenshot },
            });
            if (answer.status < 300) acknowledged.add(answer.body.id);
          } catch {
            // The connection died with the process: not acknowledged.
            return;
          }
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      await new Promise((resolve) => setTimeout(resolve, 700));
      running = kill % 2 === 0;
      await server.stop('SIGKILL');
      running = false;
      await Promise.all(clients);
    }
    const server = await ServerProcess.start(database, environment);
    const rows = await database.query<{ id: string; pictures: unknown }>(
      'SELECT f.id AS id, (SELECT COUNT(*) FROM feedback_screenshots s WHERE s.feedback_id = f.id AND s.screenshot_data IS NOT NULL) AS pictures FROM feedback_submissions f',
    );
    const found = new Map(rows.map(({ id, pictures }) => [id, Number(pictures)]));
    const lost = [...acknowledged].filter((id) => found.get(id) !== 1);
    expect([acknowledged.size > 10, lost]).toEqual([true, []]);
    const orphans = await database.query(
      'SELECT id FROM feedback_screenshots WHERE feedback_id NOT IN (SELECT id FROM feedback_submissions)',
    );
    expect(orphans).toEqual([]);
    // What was being encoded when the process died is taken up again.
    await until(async () => {
      const pending = await database.query(`SELECT id FROM feedback_screenshots WHERE state <> 'ready'`);
      return pending.length === 0;
    });
    await server.stop();
    await database.drop();
  }, 180_000);
});

describe('feedback while the database is away', () => {
  it('is kept with its picture, and shown after the replay', async () => {
    const behind = await databaseBehindProxy('ingest+admin');
    const server = await ServerProcess.start(behind.database, behind.environment);
    behind.proxy.set('refuse');
    const screenshot = dataUrl(await plain(100, 80));
    const sent = await server.request<{ id: string; link: string | null }>('/api/v1/feedback', {
      key: ENVIRONMENT_KEY,
      body: {
        ...BODY,
        description: 'In the outage',
        screenshot,
        prediction_id: '01900000-0000-7000-8000-000000000000',
      },
    });
    expect([sent.status, sent.body.link]).toEqual([202, 'pending']);
    expect((await server.request('/admin/api/feedback', { key: ENVIRONMENT_KEY })).status).toBe(503);
    behind.proxy.set('pass');
    const item = async (): Promise<Item | undefined> => {
      const answer = await server.request<Item>(`/admin/api/feedback/${sent.body.id}`, { key: ENVIRONMENT_KEY });
      return answer.status === 200 ? answer.body : undefined;
    };
    await until(async () => (await item())?.screenshots[0]?.state === 'ready');
    expect((await item())!.description).toBe('In the outage');
    await server.stop();
    await behind.drop();
  });
});
