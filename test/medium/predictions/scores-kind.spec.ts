import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf } from '../../support/api/caller.js';
import { invalid, ndjson } from '../../support/api/payloads.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const BASE = { model: 'm', model_version: '7', label: 'billing', confidence: 0.9 };
const RIGHT = { billing: 0.9, bug: 0.1 };
const LOW_SUM = { billing: 0.9, bug: 0.05 };
const OTHER_SCORE = { billing: 0.4, bug: 0.6 };
const HIGH_SUM = { billing: 0.9, bug: 0.8 };

onBothDatabasesInProcess(
  'kinds of scores',
  ({ api, database, dialect }) => {
    const log = (more: object) => api.predictions.log({ ...BASE, ...more } as never);
    const kindOf = async (id: string) => (await api.predictions.get(id)).body.scores_kind;
    const cli = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);

    it.each([
      [OTHER_SCORE, 'confidence'],
      [HIGH_SUM, 'scores'],
      [LOW_SUM, 'scores'],
      [{ bug: 1 }, 'confidence'],
    ])('refuses %j as a distribution of billing with 0.9, and names %s', async (scores, path) => {
      expect(await log({ scores, scores_kind: 'distribution' })).toMatchObject(refusalOf(path));
    });

    it('refuses an unknown kind, and a kind of nothing', async () => {
      expect(await api.predictions.log(invalid({ ...BASE, scores: RIGHT, scores_kind: 'unverified' }))).toMatchObject(
        refusalOf('scores_kind'),
      );
      expect(await log({ scores_kind: 'partial' })).toMatchObject(refusalOf('scores'));
    });

    it.each([
      [{ scores: RIGHT, scores_kind: 'distribution' }, 'distribution'],
      [{ scores: { billing: 0.9004, bug: 0.1004 }, scores_kind: 'distribution' }, 'distribution'],
      [{ scores: HIGH_SUM, scores_kind: 'independent' }, 'independent'],
      [{ scores: { bug: 0.05 }, scores_kind: 'partial' }, 'partial'],
      [{ scores: RIGHT }, 'distribution'],
      // The label need not have the highest score.
      [{ scores: { billing: 0.3, bug: 0.7 }, confidence: 0.3 }, 'distribution'],
      [{}, null],
    ])('stores %j as %s without a warning', async (more, kind) => {
      const { body, status } = await log(more);
      expect({ status, warnings: body.warnings }).toEqual({ status: 201, warnings: [] });
      expect(await kindOf(body.id)).toBe(kind);
    });

    it.each([OTHER_SCORE, HIGH_SUM, LOW_SUM])('stores %j as unverified, with a warning', async (scores) => {
      const { body, status } = await log({ scores });
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { warnings: [{ path: 'scores', code: 'scores_unverified' }] },
      });
      expect(await kindOf(body.id)).toBe('unverified');
    });

    it('counts warnings in the last line of NDJSON', async () => {
      const lines = [{ scores: RIGHT }, { scores: HIGH_SUM }, { scores: HIGH_SUM, scores_kind: 'independent' }, {}];
      const bad = { scores: HIGH_SUM, scores_kind: 'distribution' };
      const sent = await api.predictions.log(ndjson([...lines, bad].map((more) => ({ ...BASE, ...more }))) as never);
      expect(linesOf(sent)).toMatchObject([
        { line: 5, status: 422 },
        { accepted: 4, spooled: 0, refused: 1, warnings: 1 },
      ]);
      const none = await api.predictions.log(ndjson([BASE]) as never);
      expect(linesOf(none)).toEqual([{ accepted: 1, spooled: 0, refused: 0 }]);
    });

    it('are a distribution for predictions of this server', async () => {
      const { id } = await api.predicted();
      expect(await kindOf(id)).toBe('distribution');
    });

    it('never cost a record of a file, and are the same after an export and an import', async () => {
      const lines = [
        { scores: RIGHT, scores_kind: 'distribution' },
        { scores: HIGH_SUM, scores_kind: 'distribution' },
        { scores: HIGH_SUM, scores_kind: 'independent' },
        { scores: { bug: 0.05 }, scores_kind: 'partial' },
        { scores: OTHER_SCORE, scores_kind: 'unverified' },
        { scores: OTHER_SCORE },
        { scores_kind: 'partial' },
      ].map((more) => JSON.stringify({ ...BASE, model: 'file', timestamp: new Date().toISOString(), ...more }));
      const file = join(database.folder, 'kinds.jsonl');
      writeFileSync(file, lines.join('\n'));
      const first = await cli('import', 'predictions', file, '--json');
      expect(JSON.parse(first.stdout)).toMatchObject({ imported: 7, refused: 0 });
      const kinds = async () =>
        (await api.predictions.list({ model: 'file' })).body.data.map(({ scores_kind }) => scores_kind).sort();
      const expected = ['distribution', 'independent', null, 'partial', 'unverified', 'unverified', 'unverified'];
      expect(await kinds()).toEqual(expected);
      const out = join(database.folder, 'kinds-out.csv');
      expect(await cli('export', 'predictions', '--to', out)).toMatchObject({ code: 0 });
      await database.query('DELETE FROM predictions');
      expect(JSON.parse((await cli('import', 'predictions', out, '--json')).stdout)).toMatchObject({ refused: 0 });
      expect(await kinds()).toEqual(expected);
    });

    it('are determined when they are read, for predictions of previous versions', async () => {
      const { body } = await log({ scores: HIGH_SUM, inference_id: `old-${dialect}` });
      await database.query(`UPDATE predictions SET scores_kind = NULL WHERE inference_id = 'old-${dialect}'`);
      expect(await kindOf(body.id)).toBe('unverified');
    });
  },
  { settings: { FL_RETENTION_ENABLED: 'false' } },
);
