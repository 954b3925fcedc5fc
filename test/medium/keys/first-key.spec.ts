import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { createTestDatabase } from '../../support/databases.js';
import {
  onBothDatabasesInProcess,
  onPostgresInProcess,
  onSqliteInProcess,
} from '../../support/in-process-environment.js';
import { ENVIRONMENT_KEY } from '../../support/outage.js';

onPostgresInProcess(
  'a first key that cannot be written',
  ({ database, startServer }) => {
    it('does not stop keys from the environment', async () => {
      const file = join(database.folder, 'a-file');
      writeFileSync(file, '');
      const server = await startServer({
        FL_DATA_DIR: join(file, 'data'),
        FL_SPOOL_DIR: join(database.folder, 'spool'),
        FL_SECRET_KEY: 's'.repeat(40),
        FL_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
        FL_API_KEYS: `${ENVIRONMENT_KEY}:predict+read`,
      });
      const answer = await server.api.predict({ text: 'x' }, { key: ENVIRONMENT_KEY });
      expect(answer).toMatchObject({ status: 200, body: { persisted: 'database' } });
      expect(server.log).toContain('admin.key cannot be written');
    });
  },
  { start: false },
);

onSqliteInProcess(
  'the first key of a new database',
  ({ database }) => {
    const migrate = (command: string) =>
      runCliInProcess(['migrate', command], { FL_DATA_DIR: database.folder }, database.folder);

    it('is not created by migrate status, which creates no file', async () => {
      expect(await migrate('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('pending') });
      expect(readdirSync(database.folder)).toEqual([]);
    });

    it('is created by the first migrate up, readable by its owner alone', async () => {
      expect(await migrate('up')).toMatchObject({ code: 0, stderr: expect.stringContaining('admin.key') });
      expect(statSync(join(database.folder, 'admin.key')).mode & 0o777).toBe(0o600);
      expect(await migrate('up')).toMatchObject({ code: 0, stderr: expect.not.stringContaining('admin.key') });
      expect(existsSync(join(database.folder, 'feedback-loop.db'))).toBe(true);
    });
  },
  { start: false },
);

onBothDatabasesInProcess(
  'the first key of another database',
  ({ database, dialect, startServer }) => {
    it('does not overwrite that of the first one', async () => {
      const first = await startServer();
      const key = first.adminKey;
      await first.stop();

      const other = await createTestDatabase(dialect);
      const second = await startServer(
        dialect === 'sqlite'
          ? { FL_DB_PATH: join(other.folder, 'other.db') }
          : { FL_DB_URI: other.environment.FL_DB_URI as string },
      );
      expect(second.adminKey).not.toBe(key);
      await second.stop();
      await other.drop();

      const kept = readdirSync(database.folder).filter((name) => name.startsWith('admin.key.until-'));
      expect(kept.map((name) => readFileSync(join(database.folder, name), 'utf8').trim())).toEqual([key]);
      const { api } = await startServer();
      expect(await api.analytics.summary({}, { key })).toMatchObject({ status: 200 });
    });
  },
  { start: false },
);
