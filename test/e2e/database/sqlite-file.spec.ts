import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { runCli } from '../../support/cli.js';
import { onSqlite } from '../../support/environment.js';
import { ENVIRONMENT_KEY, until } from '../../support/outage.js';

onSqlite(
  'a SQLite file',
  ({ database, startServer }) => {
    it('of another product is refused and not changed', async () => {
      const path = join(database.folder, 'theirs.db');
      const theirs = new BetterSqlite3(path);
      theirs.exec('CREATE TABLE predictions (id INTEGER)');
      theirs.close();
      const before = readFileSync(path);
      const settings = { FL_DB_PATH: path, FL_DATA_DIR: database.folder };
      expect(await runCli(['migrate', 'up'], settings, database.folder)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('did not make: predictions'),
      });
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(database.folder)).toEqual(['theirs.db']);
    });

    // S4-12
    it('that another process has locked is replaced by the spool until it is free', async () => {
      expect(await runCli(['migrate', 'up'], database.environment, database.folder)).toMatchObject({ code: 0 });
      const other = new BetterSqlite3(join(database.folder, 'feedback-loop.db'));
      other.exec('BEGIN IMMEDIATE');
      const { api } = await startServer({ FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read` });
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => api.predict({ text: `held ${i}` }, { key: ENVIRONMENT_KEY })),
      );
      expect(answers).toMatchObject(Array(10).fill({ status: 200, body: { persisted: 'spool' } }));
      other.exec('COMMIT');
      other.close();
      await until(async () => (await api.health({ key: null })).body.status === 'healthy');
      expect(await database.query('SELECT 1 FROM predictions')).toHaveLength(10);
    });
  },
  { start: false },
);
