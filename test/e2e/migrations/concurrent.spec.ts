import { reportChaos } from '../../support/chaos-report.js';
import { runCli } from '../../support/cli.js';
import { createTestDatabase, DIALECTS } from '../../support/databases.js';
import { repeat } from '../../support/statuses.js';

const PROCESSES = 8;

describe.each(DIALECTS)('migrations by eight processes at the same time on %s', (dialect) => {
  // C13 S0-30
  it('all succeed, and each migration runs once', async () => {
    const database = await createTestDatabase(dialect, false);
    try {
      const results = await repeat(PROCESSES, () =>
        runCli(['migrate', 'up', '--json'], database.environment, database.folder),
      );
      expect(results.filter(({ code }) => code !== 0)).toEqual([]);
      const applied = results.flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied);
      expect(new Set(applied).size).toBe(applied.length);
      const rows = await database.query<{ name: string }>('SELECT name FROM feedback_loop_migrations');
      expect(rows.map(({ name }) => name).sort()).toEqual([...applied].sort());
      reportChaos('C13', `eight migrations at once, ${dialect}`, { succeeded: results.length, applied_twice: 0 });
    } finally {
      await database.drop();
    }
  });
});
