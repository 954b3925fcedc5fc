import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, runCli } from '../../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../../support/databases.js';
import { ServerProcess } from '../../support/server-process.js';

const PREDICTION = { model: 'm', model_version: '1', label: 'a', confidence: 0.5 };

describe.each(DIALECTS)('commands that delete or replace, on %s', (dialect) => {
  let database: TestDatabase;
  let folder: string;
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, database.environment, database.folder);
  const predictions = async (): Promise<number> => {
    const [row] = await database.query<{ n: number | string }>('SELECT COUNT(*) AS n FROM predictions');
    return Number(row?.n);
  };

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    folder = mkdtempSync(join(database.folder, 'files-'));
  });
  afterAll(async () => {
    await database?.drop();
  });

  it('refuse to revert a migration while a server is running', async () => {
    const server = await ServerProcess.start(database);
    try {
      expect((await server.request('/api/v1/predictions', { body: PREDICTION })).status).toBe(201);
      const down = await cli('migrate', 'down', '--steps', '20', '--yes');
      expect(down).toMatchObject({ code: 1, stderr: expect.stringContaining('Stop every server') as unknown });
      expect(await predictions()).toBe(1);
    } finally {
      await server.stop();
    }
  });

  it('name what a reversal deletes, and wait for the confirmation', async () => {
    const down = await cli('migrate', 'down', '--steps', '20');
    expect(down).toMatchObject({ code: 2, stdout: '' });
    expect(down.stderr).toContain('table predictions with 1 rows');
    expect(down.stderr).toContain('column api_keys.');
    expect(down.stderr).toContain('Nothing was reverted. Confirm with --yes');
    expect(await predictions()).toBe(1);
  });

  it.each([
    ['erase', 'anna'],
    ['tenants', 'erase', 'default'],
    ['migrate', 'down'],
  ])('refuse without a confirmation: %s %s', async (...args) => {
    expect(await cli(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') as unknown });
    expect(await predictions()).toBe(1);
  });

  it('never replace an export', async () => {
    const file = join(folder, 'predictions.csv');
    writeFileSync(file, 'kept');
    expect(await cli('export', 'predictions', '--to', file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('exists and was not replaced') as unknown,
    });
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  it('revert once confirmed', async () => {
    const down = await cli('migrate', 'down', '--yes', '--json');
    expect(down.code).toBe(0);
    expect(JSON.parse(down.stdout)).toMatchObject({ deleted: [{ tables: expect.any(Array) as unknown }] });
    expect(await cli('migrate', 'status')).toMatchObject({ stdout: expect.stringContaining('pending') as unknown });
  });
});

describe('backups of sqlite', () => {
  let database: TestDatabase;
  let folder: string;
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, database.environment, database.folder);

  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    folder = mkdtempSync(join(database.folder, 'files-'));
    expect((await cli('migrate', 'up')).code).toBe(0);
  });

  it('never replace a backup, also when two are made in the same second', async () => {
    const made = await Promise.all([1, 2, 3].map(() => cli('backup', '--to', join(folder, 'backups'))));
    const again = await cli('backup', '--to', join(folder, 'backups'), '--keep-days', '7');
    expect(made.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
    for (const { code, stderr } of made.filter((each) => each.code !== 0)) {
      expect(code).toBe(1);
      expect(stderr).toContain('exists and was not replaced');
    }
    expect(again.code).toBe(0);
    const names = readdirSync(join(folder, 'backups'));
    expect(names).toHaveLength(made.filter(({ code }) => code === 0).length + 1);
    for (const name of names)
      expect(name).toMatch(/^feedback-loop-\w+-[0-9a-f]{8}-\d{8}T\d{6}Z(?:-\d+)?\.backup\.zip$/);
    expect(await cli('backup', '--to', join(folder, 'backups', String(names[0])))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('exists and was not replaced') as unknown,
    });
  });

  it('delete only expired backups of the same database', async () => {
    const other = await createTestDatabase('sqlite');
    try {
      expect((await runCli(['migrate', 'up'], other.environment, other.folder)).code).toBe(0);
      const shared = join(folder, 'shared');
      expect((await cli('backup', '--to', shared)).code).toBe(0);
      const [own] = readdirSync(shared);
      expect((await runCli(['backup', '--to', shared], other.environment, other.folder)).code).toBe(0);
      const [theirs] = readdirSync(shared).filter((name) => name !== own);
      const ids = [own, theirs].map((name) => /-([0-9a-f]{8})-/.exec(String(name))?.[1]);
      expect(new Set(ids).size).toBe(2);
    } finally {
      await other.drop();
    }
  });
});
