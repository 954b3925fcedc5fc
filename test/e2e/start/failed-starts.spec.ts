import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../support/cli.js';
import { onSqlite } from '../../support/environment.js';
import { ServerProcess } from '../../support/server-process.js';

/** What a server prints that does not start: one line, and no stack. */
onSqlite('a server that cannot start', ({ database, server }) => {
  const expectFailure = async (settings: Record<string, string>, message: string) => {
    const failed = ServerProcess.spawn(settings, database.folder);
    expect(await failed.exitCode()).toBe(1);
    expect(failed.log).toContain(message);
    expect(failed.log).not.toContain('    at ');
  };

  it('names the setting of a port that is taken', async () => {
    const settings = { FL_API_PORT: new URL(server.address).port, FL_LOG_FORMAT: 'json' };
    // With a database of its own, so that nothing but the port stands in its way.
    const folder = mkdtempSync(join(database.folder, 'other-'));
    await expectFailure({ ...settings, FL_DATA_DIR: folder }, 'FL_API_PORT names a port that is taken');
  });

  it('names a data folder in which it cannot write', async () => {
    const file = join(database.folder, 'feedback-loop.db');
    expect(existsSync(file)).toBe(true);
    const message = 'FL_SECRET_KEY cannot be generated, because FL_DATA_DIR cannot be written';
    await expectFailure({ FL_DATA_DIR: file }, message);
  });

  it('names the cause when it cannot reach the database, as commands do', async () => {
    const settings = { FL_DB_URI: 'postgresql://user@127.0.0.1:1/none' };
    expect(await runCli(['migrate', 'up'], settings, database.folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Cause:'),
    });
  });
});
