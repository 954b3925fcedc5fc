import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithFaketime, SteppedClock, wrongClock } from '../../support/faketime.js';
import { type DatabaseBehindProxy, databaseBehindProxy, ENVIRONMENT_KEY, until } from '../../support/outage.js';
import { ServerProcess } from '../../support/server-process.js';
import { onBothDatabases } from '../../support/environment.js';

const PREDICTION = { model: 'm', model_version: 'v', label: 'l', confidence: 1 };
/** The last pass of an erasure comes 2 × (2500 + 500) ms after the others. */
const EARLY_LAST_PASS = {
  FL_DB_QUERY_TIMEOUT_MS: '2500',
  FL_DB_LOCK_TIMEOUT_MS: '500',
  FL_DB_RECORD_BUDGET_MS: '5000',
};
const LAST_PASS_MS = 7500;
const SHARED = {
  ...EARLY_LAST_PASS,
  FL_SECRET_KEY: 'one-secret-for-all-replicas-0123456789abcdef',
  FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  FL_RATE_LIMIT_PER_MINUTE: '100000',
};
const TOLERANCE_MS = 1000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeWithFaketime('two servers, one of them with a wrong clock', () => {
  let behind: DatabaseBehindProxy;
  let here: ServerProcess;
  const servers: ServerProcess[] = [];

  beforeAll(async () => {
    behind = await databaseBehindProxy('predict+read+ingest+admin');
    here = await start({ FL_DB_URI: behind.database.environment.FL_DB_URI as string });
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await behind?.drop();
  });

  async function start(settings: Record<string, string>): Promise<ServerProcess> {
    const server = await ServerProcess.start(behind.database, {
      ...behind.environment,
      ...SHARED,
      FL_DATA_DIR: mkdtempSync(join(behind.database.folder, 'server-')),
      ...settings,
    });
    servers.push(server);
    return server;
  }

  const client = (server: ServerProcess) => server.api.as(ENVIRONMENT_KEY);
  const log = async (server: ServerProcess, user_id: string, timestamp?: string) =>
    client(server).predictions.log({ ...PREDICTION, user_id, ...(timestamp === undefined ? {} : { timestamp }) });
  const plant = async (user: string) => expect(await log(here, user)).toMatchObject({ status: 201 });
  const erase = async (user: string) => expect(await client(here).subjects.erase(user)).toMatchObject({ status: 200 });
  const stored = async (user: string): Promise<number> =>
    (await client(here).predictions.list({ user_id: user })).body.data.length;
  const healed = async (server: ServerProcess): Promise<void> => {
    behind.proxy.set('pass');
    await until(async () => (await client(server).health()).body.status === 'healthy');
  };
  const cut = async (server: ServerProcess): Promise<void> => {
    behind.proxy.set('refuse');
    await until(async () => (await log(server, 'cut off')).status === 202);
  };

  describe.each(['-65m', '+65m', '-3s', '+3s'])('the clock of one is wrong by %s', (offset) => {
    let there: ServerProcess;
    beforeAll(async () => {
      there = await start(wrongClock(offset));
    });
    afterAll(() => there?.stop());

    it('keeps a record that was spooled after an erasure', async () => {
      const user = `spooled after ${offset}`;
      await plant(user);
      await cut(there);
      await erase(user);
      expect(await log(there, user)).toMatchObject({ status: 202 });
      await healed(there);
      expect(await stored(user)).toBe(1);
    });

    it('keeps a record that was stored after an erasure', async () => {
      const user = `stored after ${offset}`;
      await plant(user);
      await erase(user);
      expect(await log(there, user)).toMatchObject({ status: 201 });
      expect(await stored(user)).toBe(1);
      await pause(LAST_PASS_MS);
      expect(await stored(user)).toBe(1);
    });

    it('does not bring back a person who was erased while a record waited in the spool', async () => {
      const user = `erased ${offset}`;
      await plant(user);
      await cut(there);
      expect(await log(there, user)).toMatchObject({ status: 202 });
      await erase(user);
      await healed(there);
      expect(await stored(user)).toBe(0);
    });

    it('lets the later vote stand, whichever server took it', async () => {
      const { id } = await client(here).predicted();
      for (const [first, second] of [
        [here, there],
        [there, here],
      ] as const) {
        await client(first).votes.create(id, { correct: true, user_id: 'rater' });
        await pause(50);
        await client(second).votes.create(id, { correct: false, user_id: 'rater' });
        expect((await client(here).predictions.get(id)).body.votes).toMatchObject({ correct: 0, wrong: 1 });
        await pause(50);
      }
    });

    it('takes a prediction that is dated now, and dates its own predictions correctly', async () => {
      expect(await log(there, 'now', new Date().toISOString())).toMatchObject({ status: 201 });
      const made = await client(there).predict({ text: 'What time is it?' });
      expect(Math.abs(Date.parse(made.body.timestamp) - Date.now())).toBeLessThan(TOLERANCE_MS);
    });

    it('says by how much its clock is wrong', async () => {
      const seconds = { '-65m': 3900, '+65m': -3900, '-3s': 3, '+3s': -3 }[offset] as number;
      const { text } = await there.request('/metrics', { key: ENVIRONMENT_KEY });
      expect(Math.abs(Number(/^clock_offset_seconds (\S+)$/m.exec(text)?.[1]) - seconds)).toBeLessThan(0.5);
      expect(Number(/^clock_uncertainty_seconds (\S+)$/m.exec(text)?.[1])).toBeLessThan(1);
      const health = await there.request<{ components: { clock: { status: string; offset_ms: number } } }>(
        '/health/detailed',
        { key: ENVIRONMENT_KEY },
      );
      expect(health.body.components.clock).toMatchObject({ status: 'up', source: 'database' });
      expect(Math.abs(health.body.components.clock.offset_ms - seconds * 1000)).toBeLessThan(500);
      expect(there.log).toContain('the system clock of this server differs from that of the database');
    });
  });

  it.each(['-65m', '+65m'])(
    'knows the time after a start in an outage, with a clock that is wrong by %s',
    async (offset) => {
      const user = `restarted ${offset}`;
      await plant(user);
      const folder = mkdtempSync(join(behind.database.folder, 'restarted-'));
      const first = await start({ ...wrongClock(offset), FL_DATA_DIR: folder });
      await first.stop();
      behind.proxy.set('refuse');
      const second = await start({ ...wrongClock(offset), FL_DATA_DIR: folder });
      expect(await log(second, user)).toMatchObject({ status: 202 });
      await erase(user);
      expect(await log(second, `${user} too`)).toMatchObject({ status: 202 });
      const made = await client(second).predict({ text: 'In an outage.' });
      expect(Math.abs(Date.parse(made.body.timestamp) - Date.now())).toBeLessThan(TOLERANCE_MS);
      await healed(second);
      expect([await stored(user), await stored(`${user} too`)]).toEqual([0, 1]);
      await second.stop();
    },
  );

  it.each(['-65m', '+65m'])('a step of the clock by %s while the link is cut changes nothing', async (step) => {
    const clock = new SteppedClock(join(behind.database.folder, `clock ${step}`));
    const there = await start(clock.environment);
    const [before, after] = [`before ${step}`, `after ${step}`];
    await plant(before);
    await plant(after);
    await cut(there);
    clock.step(step);
    expect(await log(there, before)).toMatchObject({ status: 202 });
    await erase(before);
    await erase(after);
    expect(await log(there, after)).toMatchObject({ status: 202 });
    await healed(there);
    expect([await stored(before), await stored(after)]).toEqual([0, 1]);
    await there.stop();
  });

  it('is not ready when its clock is wrong by more than the limit', async () => {
    const there = await start({ ...wrongClock('-65m'), FL_MAX_CLOCK_OFFSET_MS: '60000' });
    expect(await client(there).readiness()).toMatchObject({ status: 503 });
    await there.stop();
    const right = await start({ FL_MAX_CLOCK_OFFSET_MS: '60000' });
    expect(await client(right).readiness()).toMatchObject({ status: 200 });
    await right.stop();
  });
});

describeWithFaketime('a clock that is stepped while the server runs', () => {
  onBothDatabases(
    'records',
    ({ database, startServer }) => {
      it.each(['-65m', '+65m'])('keep their order after a step by %s', async (step) => {
        const clock = new SteppedClock(join(database.folder, `clock ${step}`));
        const server = await startServer({ ...clock.environment, ...EARLY_LAST_PASS });
        try {
          const { api } = server;
          const stored = async (user: string) => (await api.predictions.list({ user_id: user })).body.data.length;
          const user = `stepped ${step}`;
          const first = await api.predictions.log({ ...PREDICTION, user_id: user });
          expect(first).toMatchObject({ status: 201 });
          const { id } = await api.predicted();
          await api.votes.create(id, { correct: true, user_id: 'rater' });
          expect(await api.subjects.erase(user)).toMatchObject({ status: 200 });
          clock.step(step);
          expect(await api.predictions.log({ ...PREDICTION, user_id: user })).toMatchObject({ status: 201 });
          const now = new Date().toISOString();
          expect(await api.predictions.log({ ...PREDICTION, timestamp: now })).toMatchObject({ status: 201 });
          const made = await api.predict({ text: 'What time is it?' });
          expect(Math.abs(Date.parse(made.body.timestamp) - Date.now())).toBeLessThan(TOLERANCE_MS);
          await api.votes.create(id, { correct: false, user_id: 'rater' });
          expect((await api.predictions.get(id)).body.votes).toMatchObject({ correct: 0, wrong: 1 });
          await pause(LAST_PASS_MS);
          expect(await stored(user)).toBe(1);
        } finally {
          await server.stop();
        }
      });
    },
    { start: false },
  );
});
