import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiAnswer } from '../../support/api/caller.js';
import { linesOf } from '../../support/api/caller.js';
import { ndjson } from '../../support/api/payloads.js';
import { reportChaos } from '../../support/chaos-report.js';
import { onPostgresBehindProxy } from '../../support/environment.js';
import { newId } from '../../support/ids.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';
import type { ServerProcess } from '../../support/server-process.js';
import { countsOf } from '../../support/statuses.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
const REPLAYED = { 'idempotent-replayed': 'true' };
const keyed = (key: string) => ({ key: ENVIRONMENT_KEY, headers: { 'idempotency-key': key } });

onPostgresBehindProxy(
  'an Idempotency-Key on two replicas',
  ({ database, proxy, startServer }) => {
    const replicas: ServerProcess[] = [];
    const settings: Record<string, string>[] = [];

    beforeAll(async () => {
      for (let i = 0; i < 2; i++) {
        settings.push({
          FL_DATA_DIR: mkdtempSync(join(database.folder, `replica-${i}-`)),
          FL_SECRET_KEY: 'the-same-secret-on-every-replica-0001',
          FL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
        });
        replicas.push(await startServer(settings[i]));
      }
    });

    const replica = (i: number) => replicas[i]!.api.as(ENVIRONMENT_KEY);
    const rowsOf = (label: string) =>
      database.query<{ id: string }>('SELECT id FROM predictions WHERE label = $1', [label]);
    const gauges = async (name: string) => {
      const texts = await Promise.all(replicas.map(({ admin }) => admin.metrics({ key: ENVIRONMENT_KEY })));
      return texts.map(({ text }) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]));
    };
    const beginOutage = async () => {
      proxy.set('refuse');
      for (const { api } of replicas)
        await until(async () => (await api.health({ key: null })).body.status === 'degraded');
    };
    const endOutage = async () => {
      proxy.set('pass');
      await until(async () => (await gauges('spool_rows')).every((rows) => rows === 0));
    };
    const logOften = (key: string, label: string) =>
      Promise.all(
        Array.from({ length: 50 }, (_, i) => replica(i % 2).predictions.log({ ...LOGGED, label }, keyed(key))),
      );
    /** Ids of 50 equal requests. Each is acknowledged by one of `statuses`, or has to wait for another. */
    const acknowledged = <Body extends { id: string }>(answers: ApiAnswer<Body>[], statuses: number[]): string[] => {
      const unexpected = answers.filter(({ status }) => status !== 409 && !statuses.includes(status));
      expect(countsOf(unexpected)).toEqual({});
      return answers.filter(({ status }) => status !== 409).map(({ body }) => body.id);
    };

    // C19
    it('makes one row of 50 equal requests, to which every acknowledgement leads', async () => {
      const answers = await logOften('shared', 'twins-healthy');
      // A slow machine spools some of them for a moment, as in an outage.
      const ids = new Set(acknowledged(answers, [201, 202]));
      await until(async () => (await gauges('spool_rows')).every((rows) => rows === 0));
      const stored = await rowsOf('twins-healthy');
      expect(stored).toHaveLength(1);
      for (const id of ids)
        expect(await replica(0).predictions.get(id)).toMatchObject({ status: 200, body: { id: stored[0]!.id } });
      if (!answers.some(({ status }) => status === 202)) expect([...ids]).toEqual([stored[0]!.id]);
    });

    // C19
    it('is acknowledged by both in an outage; they converge on one row, and both ids lead to it', async () => {
      const body = { ...LOGGED, label: 'twins-outage' };
      await beginOutage();
      const answers = await logOften('outage', 'twins-outage');
      const accepted = acknowledged(answers, [202]);
      const ids = [...new Set(accepted)];
      expect(ids).toHaveLength(2);

      const reused = await replica(0).predictions.log({ ...LOGGED, label: 'other' }, keyed('outage'));
      expect(reused).toMatchObject({ status: 422 });
      // The response outlives a crash in the outage.
      await replicas[0]!.stop('SIGKILL');
      replicas[0] = await startServer(settings[0]);
      const again = await replica(0).predictions.log(body, keyed('outage'));
      expect(again).toMatchObject({ status: 202, headers: REPLAYED });
      expect(ids).toContain(again.body.id);

      await endOutage();
      const stored = await rowsOf('twins-outage');
      expect(stored).toHaveLength(1);
      for (const id of ids)
        expect(await replica(1).predictions.get(id)).toMatchObject({ status: 200, body: { id: stored[0]!.id } });
      reportChaos('C19', '50 twins of one key on two replicas, in an outage', {
        acknowledged: accepted.length,
        asked_to_wait: answers.length - accepted.length,
        rows: stored.length,
        ids_that_lead_to_it: ids.length,
      });
      const after = await replica(1).predictions.log(body, keyed('outage'));
      expect(after).toMatchObject({ status: 202, headers: REPLAYED });
    });

    it('of an outage becomes a dead letter when another replica used it for another body', async () => {
      await beginOutage();
      for (const [i, label] of ['first-body', 'second-body'].entries())
        expect(await replica(i).predictions.log({ ...LOGGED, label }, keyed('two bodies'))).toMatchObject({
          status: 202,
        });
      await endOutage();
      expect((await rowsOf('first-body')).length + (await rowsOf('second-body')).length).toBe(1);
      expect((await gauges('spool_dead_letter_rows')).sort()).toEqual([0, 1]);
    });

    describe('and a chosen id of another record', () => {
      const mine = { ...LOGGED, id: newId(), label: 'chosen' };

      it('is never acknowledged as stored, alone or in NDJSON', async () => {
        expect(await replica(0).predictions.log(mine)).toMatchObject({ status: 201 });
        expect(await replica(0).predictions.log(mine)).toMatchObject({ status: 201 });
        expect(await replica(0).predictions.log({ ...mine, label: 'stolen' })).toMatchObject({ status: 409 });

        const fresh = { ...LOGGED, id: newId(), label: 'fresh' };
        const answer = await replica(0).predictions.log(
          ndjson([{ ...mine, label: 'stolen' }, fresh, mine, { ...fresh, label: 'twice' }]),
        );
        expect(linesOf(answer).at(-1)).toEqual({ accepted: 2, spooled: 0, refused: 2 });
        expect(answer.text).toContain('id_taken');
      });

      it('is never acknowledged as stored in an outage, as far as the server can know', async () => {
        await beginOutage();
        const waiting = { ...LOGGED, id: newId(), label: 'waiting' };
        expect(await replica(0).predictions.log(waiting)).toMatchObject({ status: 202 });
        expect(await replica(0).predictions.log({ ...waiting, label: 'stolen' })).toMatchObject({ status: 409 });
        for (let i = 0; i < 2; i++) {
          const stolen = await replica(0).predictions.log({ ...waiting, label: 'stolen' }, keyed('taken'));
          expect(stolen).toMatchObject({ status: 409 });
        }
        // What is in the database cannot be known now: it is accepted, and found out when it is replayed.
        const later = await replica(0).predictions.log({ ...mine, label: 'stolen later' });
        expect(later).toMatchObject({ status: 202 });
        await endOutage();
        expect(await rowsOf('waiting')).toHaveLength(1);
        expect(await rowsOf('stolen later')).toHaveLength(0);
        expect((await gauges('spool_dead_letter_rows'))[0]).toBeGreaterThanOrEqual(1);
      });
    });
  },
  { scopes: 'predict+read+read:text+ingest', start: false },
);
