import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImportProgress } from '#transfer';
import { linesOf } from '../../support/api/caller.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const SETTINGS = { FL_RETENTION_ENABLED: 'false' };

onBothDatabasesInProcess(
  'an import',
  ({ api, database }) => {
    const command = (...args: string[]) =>
      runCliInProcess(args, { ...database.environment, ...SETTINGS }, database.folder);
    const importFile = async (kind: string, path: string, ...options: string[]) => {
      const { code, stderr, stdout } = await command('import', kind, path, '--json', ...options);
      return { code, stderr, result: stdout === '' ? undefined : (JSON.parse(stdout) as unknown) };
    };
    const write = (name: string, lines: string[], end = '\n'): string => {
      const path = join(database.folder, name);
      writeFileSync(path, lines.join(end));
      return path;
    };
    const countOf = async (table: string, where: string) =>
      Number((await database.query<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`))[0]!.n);

    describe('of records without ids', () => {
      // S0-F7
      it('imports predictions once, also two that are equal', async () => {
        const line = 'm,v,no-ids,0.5,2026-01-02T03:04:05Z';
        const file = write('no-ids.csv', ['model,model_version,label,confidence,timestamp', line, line]);
        expect(await importFile('predictions', file)).toMatchObject({ result: { imported: 2, known: 0 } });
        expect(await importFile('predictions', file)).toMatchObject({ result: { imported: 0, known: 2 } });
      });

      // S0-F7
      it('counts an event of an external id that is older than another one as known', async () => {
        const event = (day: number) =>
          JSON.stringify({ type: 'n', data: { day }, external_id: 'named', accepted_at: `2026-11-0${day}T00:00:00Z` });
        const file = write('named.jsonl', [event(2), event(1)]);
        expect(await importFile('metrics', file)).toMatchObject({ result: { imported: 1, known: 1 } });
      });
    });

    it('names each line that it refuses, and imports the others', async () => {
      const prediction = { model: 'm', model_version: 'v', label: 'imported', confidence: 0.5 };
      const timestamp = '2020-01-01T00:00:00Z';
      const file = write('mixed.jsonl', [
        JSON.stringify(prediction),
        JSON.stringify({ ...prediction, confidence: 7 }),
        'nonsense',
        JSON.stringify({ ...prediction, timestamp, surprise: 1 }),
        JSON.stringify({ ...prediction, timestamp }),
        JSON.stringify({ ...prediction, label: 'a\u0000b' }),
      ]);
      const refused = join(database.folder, 'refused.jsonl');
      expect(await importFile('predictions', file, '--refused', refused)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('line 2: confidence') as string,
        result: { imported: 2, refused: 4, lines: 6 },
      });
      const lines = linesOf<{ line: number }>({ text: readFileSync(refused, 'utf8') });
      expect(lines.map(({ line }) => line)).toEqual([2, 3, 4, 6]);
      expect(await countOf('predictions', "label = 'imported'")).toBe(2);
    });

    describe('of CSV', () => {
      const HEAD = 'model,model_version,label,confidence';
      const GOOD = 'm,v,csv,0.5';

      it('refuses a line with more or fewer cells than the first', async () => {
        const file = write('cells.csv', [HEAD, GOOD, 'm,v,csv,0.5,surplus', GOOD, 'm,v', GOOD], '\r\n');
        expect(await importFile('predictions', file)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('line 3: has a different number of cells') as string,
          result: { imported: 3, refused: 2 },
        });
      });

      it.each(['m,v,"x"y,0.5', 'm,v,"never closed,0.5'])(
        'ends at the line %s, which breaks the file, and names the line',
        async (line) => {
          const file = write('broken.csv', [HEAD, GOOD, line, GOOD]);
          expect(await command('import', 'predictions', file)).toEqual({
            code: 1,
            stdout: '',
            stderr: expect.stringContaining('at line') as string,
          });
        },
      );
    });

    describe('that is stopped', () => {
      const LINES = 1200;
      const stored = () => countOf('metric_events', "type = 'many'");
      let file: string;
      beforeAll(() => {
        const timestamp = new Date().toISOString();
        const event = (i: number) => JSON.stringify({ type: 'many', data: { i }, external_id: `many-${i}`, timestamp });
        file = write(
          'many.jsonl',
          Array.from({ length: LINES }, (_, i) => event(i)),
        );
      });
      afterEach(() => jest.restoreAllMocks());

      it('continues after the last line whose record is durable', async () => {
        const { write: writeProgress } = ImportProgress.prototype;
        let done = 0;
        jest.spyOn(ImportProgress.prototype, 'write').mockImplementationOnce(async function (
          this: ImportProgress,
          report,
        ) {
          await writeProgress.call(this, report);
          done = report.lines;
          throw Object.assign(new Error('no space left on the device'), { code: 'ENOSPC', syscall: 'write' });
        });
        expect(await importFile('metrics', file)).toMatchObject({ code: 1, result: undefined });
        expect(done).toBeGreaterThan(0);
        expect(done).toBeLessThan(LINES);
        expect(await stored()).toBe(done);
        // Known is zero: the first lines are not read again.
        expect(await importFile('metrics', file)).toMatchObject({
          code: 0,
          stderr: expect.stringContaining(`continuing after line ${done}`) as string,
          result: { imported: LINES, known: 0, lines: LINES },
        });
        expect(await stored()).toBe(LINES);
      });

      it('begins at the first line once it has ended', async () => {
        const again = await importFile('metrics', file);
        expect(again).toMatchObject({ result: { imported: 0, known: LINES, lines: LINES } });
        expect(again.stderr).not.toContain('continuing');
        expect(await stored()).toBe(LINES);
      });
    });

    it('leaves out subjects that were erased after the file was written', async () => {
      await api.metricEvents.create({ type: 't', data: {}, user_id: 'erased', external_id: 'of-the-erased' });
      const file = join(database.folder, 'erased.jsonl');
      expect(await command('export', 'metrics', '--to', file)).toMatchObject({ code: 0 });
      expect(await command('erase', 'erased', '--yes')).toMatchObject({ code: 0 });
      expect(await importFile('metrics', file)).toMatchObject({ result: { erased: 1, imported: 0 } });
    });

    // S0-45
    it.each<[args: string[], words: string]>([
      [['import'], 'Say what to import'],
      [['import', 'cats', 'x.csv'], 'must be one of predictions'],
      [['export', 'votes', '--to', 'x.doc'], 'say --format'],
      [['import', '--from', 'missing.db'], 'cannot be opened'],
      [['import', '--from', 'admin.key'], 'cannot be opened'],
      [['import', 'metrics', 'missing.csv'], 'ENOENT'],
      [['import', 'metrics', '.', '--format', 'csv'], 'EISDIR'],
      [['export', 'metrics', '--to', 'nowhere/x.csv'], 'ENOENT'],
      [['erase', '--reapply', 'missing.jsonl'], 'ENOENT'],
      [['backup', '--check', 'admin.key'], 'The backup cannot be used'],
    ])(
      'and other commands: %j fails with a sentence that names the fault, and without a stack',
      async (args, words) => {
        const { code, stderr } = await command(...args);
        expect(code).not.toBe(0);
        expect(stderr).toContain(words);
        expect(stderr).not.toMatch(/\n\s+at /);
      },
    );
  },
  { settings: SETTINGS },
);
