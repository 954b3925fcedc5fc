import { reportChaos } from '../support/chaos-report.js';
import { createTestDatabase, DIALECTS, type DialectUnderTest, type TestDatabase } from '../support/databases.js';
import { runCli } from '../support/cli.js';

const SCHEMA: Record<DialectUnderTest, string> = {
  sqlite:
    "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
  postgresql:
    "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') AS line " +
    "FROM information_schema.columns WHERE table_schema = 'public' UNION ALL " +
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL " +
    'SELECT conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 AND connamespace = current_schema()::regnamespace ORDER BY 1',
};

describe.each(DIALECTS)('migrations on %s', (dialect) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase(dialect, false);
  });
  afterEach(async () => {
    await database.drop();
  });

  const migrate = (...args: string[]): ReturnType<typeof runCli> =>
    runCli(['migrate', ...args], database.environment, database.folder);
  const schema = async (): Promise<string[]> =>
    (await database.query<{ line: string }>(SCHEMA[dialect])).map(({ line }) => line);

  it('S3-19 S4-22 up, down and up again give the same schema', async () => {
    expect((await migrate('up')).code).toBe(0);
    const first = await schema();
    expect(first.length).toBeGreaterThan(10);
    const down = await migrate('down', '--steps', '99', '--yes', '--json');
    expect((JSON.parse(down.stdout) as { reverted: string[] }).reverted.length).toBeGreaterThan(1);
    expect((await schema()).filter((line) => !line.includes('feedback_loop_migrations'))).toEqual([]);
    expect((await migrate('up')).code).toBe(0);
    expect(await schema()).toEqual(first);
  });

  it('S3-19 reverts one step and lists what is pending', async () => {
    await migrate('up');
    await migrate('down', '--yes');
    const status = JSON.parse((await migrate('status', '--json')).stdout) as { applied: string[]; pending: string[] };
    expect(status.pending).toHaveLength(1);
    expect((await migrate('check')).code).toBe(3);
  });

  it('finds no drift between entities and schema, and finds one that is made', async () => {
    await migrate('up');
    const clean = await migrate('check', '--json');
    expect([clean.code, JSON.parse(clean.stdout)]).toEqual([0, { pending: [], drift: [] }]);
    await database.query('DROP INDEX idx_predictions_label');
    const drifted = await migrate('check');
    expect(drifted.code).toBe(3);
    expect(drifted.stdout).toContain('idx_predictions_label');
  });

  it('C13 S0-30 eight at once all succeed, and each migration runs once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => migrate('up', '--json')));
    expect(results.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(Array(8).fill([0, '']));
    const applied = results.flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied);
    expect(new Set(applied).size).toBe(applied.length);
    const rows = await database.query<{ name: string }>('SELECT name FROM feedback_loop_migrations');
    expect(rows.map(({ name }) => name).sort()).toEqual([...applied].sort());
    reportChaos('C13', `eight migrations at once, ${dialect}`, { succeeded: results.length, applied_twice: 0 });
  });

  it('refuses a database that already has tables of our names, by name, and does not touch them', async () => {
    await database.query('CREATE TABLE predictions (id integer, mine text)');
    const result = await migrate('up');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('predictions');
    expect(result.stderr).toContain('Nothing was changed');
    expect((await schema()).some((line) => line.includes('mine'))).toBe(true);
    expect((await schema()).some((line) => line.includes('api_keys'))).toBe(false);
  });

  it('S3-20 S4-11 has the indexes that lists and analytics use', async () => {
    await migrate('up');
    const lines = (await schema()).join('\n');
    for (const name of ['idx_predictions_timestamp', 'idx_predictions_label', 'idx_predictions_timestamp_label']) {
      expect(lines).toContain(name);
    }
  });
});

describe('partitions on postgresql', () => {
  it('cover the accepted span of timestamps and the months ahead, and the next run makes what is missing', async () => {
    const database = await createTestDatabase('postgresql', false);
    const names = async (): Promise<string[]> =>
      (
        await database.query<{ name: string }>(
          "SELECT relname AS name FROM pg_class WHERE relname LIKE 'predictions_p%' AND relkind = 'r'",
        )
      ).map(({ name }) => name);
    await runCli(['migrate', 'up'], { ...database.environment, FL_RETENTION_DAYS: '90' }, database.folder);
    const month = (offset: number): string => {
      const now = new Date();
      const date = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
      return `predictions_p${date.getUTCFullYear()}${String(date.getUTCMonth() + 1).padStart(2, '0')}`;
    };
    expect(await names()).toEqual(expect.arrayContaining([month(-2), month(-1), month(0), month(1), month(2)]));
    await runCli(['migrate', 'up'], { ...database.environment, FL_RETENTION_DAYS: '365' }, database.folder);
    expect(await names()).toEqual(expect.arrayContaining([month(-11), month(-12)]));
    await database.drop();
  });
});
