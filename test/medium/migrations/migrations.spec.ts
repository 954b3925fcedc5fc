import { runCliInProcess } from '../../support/cli-in-process.js';
import { createTestDatabase, DIALECTS, type DialectUnderTest, type TestDatabase } from '../../support/databases.js';

const SCHEMA: Record<DialectUnderTest, string> = {
  sqlite:
    "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
  postgresql:
    "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') AS line " +
    "FROM information_schema.columns WHERE table_schema = 'public' UNION ALL " +
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL " +
    'SELECT conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 AND connamespace = current_schema()::regnamespace ORDER BY 1',
};

const migrateIn = (database: TestDatabase, args: string[], settings: Record<string, string> = {}) =>
  runCliInProcess(['migrate', ...args], { ...database.environment, ...settings }, database.folder);

describe.each(DIALECTS)('migrations on %s', (dialect) => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase(dialect, false);
  });
  afterEach(() => database?.drop());

  const migrate = (...args: string[]) => migrateIn(database, args);
  const schema = async () => (await database.query<{ line: string }>(SCHEMA[dialect])).map(({ line }) => line);

  // S3-19 S4-22
  it('give the same schema after up, and after down and up again', async () => {
    expect(await migrate('up')).toMatchObject({ code: 0 });
    const first = await schema();
    expect(first.length).toBeGreaterThan(10);
    const down = await migrate('down', '--steps', '99', '--yes', '--json');
    expect((JSON.parse(down.stdout) as { reverted: string[] }).reverted.length).toBeGreaterThan(1);
    expect((await schema()).filter((line) => !line.includes('feedback_loop_migrations'))).toEqual([]);
    expect(await migrate('up')).toMatchObject({ code: 0 });
    expect(await schema()).toEqual(first);
  });

  // S3-19
  it('are reverted one by one, and pending ones are listed', async () => {
    await migrate('up');
    await migrate('down', '--yes');
    const status = JSON.parse((await migrate('status', '--json')).stdout) as { pending: string[] };
    expect(status.pending).toHaveLength(1);
    expect(await migrate('check')).toMatchObject({ code: 3 });
  });

  it('are compared with the entities, and a difference is found', async () => {
    await migrate('up');
    const clean = await migrate('check', '--json');
    expect(clean).toMatchObject({ code: 0 });
    expect(JSON.parse(clean.stdout)).toEqual({ pending: [], drift: [] });
    await database.query('DROP INDEX idx_predictions_label');
    expect(await migrate('check')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('idx_predictions_label') as string,
    });
  });

  it('refuse a database that has a table with one of their names, and change nothing', async () => {
    await database.query('CREATE TABLE predictions (id integer, mine text)');
    const { code, stderr } = await migrate('up');
    expect(code).toBe(1);
    expect(stderr).toContain('predictions');
    expect(stderr).toContain('Nothing was changed');
    const lines = (await schema()).join('\n');
    expect(lines).toContain('mine');
    expect(lines).not.toContain('api_keys');
  });

  // S3-20 S4-11
  it('create the indexes that lists and analytics use', async () => {
    await migrate('up');
    const lines = (await schema()).join('\n');
    for (const name of ['idx_predictions_timestamp', 'idx_predictions_label', 'idx_predictions_timestamp_label'])
      expect(lines).toContain(name);
  });
});

describe('partitions on postgresql', () => {
  it('cover the accepted times and the coming months, and the next migration creates missing ones', async () => {
    const database = await createTestDatabase('postgresql', false);
    const names = async () => {
      const rows = await database.query<{ name: string }>(
        "SELECT relname AS name FROM pg_class WHERE relname LIKE 'predictions_p%' AND relkind = 'r'",
      );
      return rows.map(({ name }) => name);
    };
    const month = (offset: number): string => {
      const now = new Date();
      const date = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
      return `predictions_p${date.getUTCFullYear()}${String(date.getUTCMonth() + 1).padStart(2, '0')}`;
    };
    await migrateIn(database, ['up'], { FL_RETENTION_DAYS: '90' });
    expect(await names()).toEqual(expect.arrayContaining([-2, -1, 0, 1, 2].map(month)));
    await migrateIn(database, ['up'], { FL_RETENTION_DAYS: '365' });
    expect(await names()).toEqual(expect.arrayContaining([month(-11), month(-12)]));
    await database.drop();
  });
});
