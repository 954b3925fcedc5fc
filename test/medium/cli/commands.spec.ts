import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../../src/cli/program.js';
import type { CliResult } from '../../support/cli.js';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { ROOT } from '../../support/server-process.js';

const newFolder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'cli-'));
const run = (args: string[], environment: Record<string, string> = {}): Promise<CliResult> =>
  runCliInProcess(args, environment, newFolder());

const COMMANDS: { path: string[]; isGroup: boolean }[] = [];
const visit = (command: Command, path: string[]): void => {
  COMMANDS.push({ path, isGroup: command.commands.length > 0 });
  for (const inner of command.commands) visit(inner, [...path, inner.name()]);
};
visit(createProgram(), []);
const LEAVES = COMMANDS.filter(({ isGroup }) => !isGroup).map(({ path }) => ({ name: path.join(' '), path }));

describe('the command line', () => {
  // S0-45 S0-50
  it.each(COMMANDS.map(({ path }) => ({ name: path.join(' '), path })))(
    'has help for "$name" that is not cut off',
    async ({ name, path }) => {
      const { code, stdout } = await run([...path, '--help']);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining(`Usage: feedback-loop ${name}`.trim()),
      });
      expect(stdout).not.toMatch(/…$/m);
    },
  );

  // S0-45 S0-50
  it('names every command in the help of its group', async () => {
    for (const { path } of COMMANDS.filter(({ isGroup }) => isGroup)) {
      const names = COMMANDS.filter((each) => each.path.slice(0, -1).join(' ') === path.join(' '))
        .map((each) => each.path.at(-1))
        .filter((name) => name !== undefined);
      const [, list = ''] = (await run([...path, '--help'])).stdout.split(/^Commands:$/m);
      const listed = [...list.matchAll(/^ {2}([a-z-]+)\b/gm)].map((match) => match[1]);
      expect({ path, listed }).toEqual({ path, listed: expect.arrayContaining(names) });
    }
  });

  // S0-45 S0-50
  it('has as many commands as the legacy system, which had 25', () => {
    expect(LEAVES.length).toBeGreaterThanOrEqual(25);
  });

  // S0-45 S0-50
  it.each(LEAVES)('refuses an unknown option of "$name"', async ({ path }) => {
    expect(await run([...path, '--no-such-option'], { FL_DATA_DIR: newFolder() })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error: '),
    });
  });

  it.each([{ args: ['nonsense'] }, { args: ['migrate', 'down', '--steps', 'x'] }, { args: ['predict'] }])(
    'returns 2 and prints the help for the wrong command line $args',
    async ({ args }) => {
      expect(await run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage:') });
    },
  );

  it('prints the effective settings without secrets, and warns of a misspelled one', async () => {
    const { code, stdout, stderr } = await run(['config', 'check'], {
      FL_DB_URI: 'postgresql://u:hunter2@h/db',
      FL_API_PROT: '1',
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('FL_DB_URI=********') });
    expect(stdout + stderr).not.toContain('hunter2');
    expect(stderr).toContain('FL_API_PROT');
  });

  it('says what is in force where nothing is set, and marks what differs from the default', async () => {
    const { stdout } = await run(['config', 'check'], { FL_API_PORT: '8123', FL_DATA_DIR: newFolder() });
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'FL_API_HOST=127.0.0.1',
        'FL_API_PORT=8123  # changed; default: 8000',
        'FL_SPOOL_DIR=  # spool in FL_DATA_DIR',
        'FL_RETENTION_FEEDBACK_DAYS=  # FL_RETENTION_DAYS',
      ]),
    );
    expect(stdout).not.toMatch(/=$/m);
  });

  it('warns of generated keys where several servers may share the database, as the start does', async () => {
    const postgres = { FL_DB_URI: 'postgresql://u:p@127.0.0.1:9/none', FL_DATA_DIR: newFolder() };
    expect(await run(['config', 'check'], postgres)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('FL_SECRET_KEY and FL_ENCRYPTION_KEY not set'),
    });
    const { stderr } = await run(['config', 'check'], { FL_DATA_DIR: newFolder() });
    expect(stderr).not.toContain('FL_ENCRYPTION_KEY');
  });

  it('refuses a certificate that the start would refuse', async () => {
    const settings = { FL_DATA_DIR: newFolder(), FL_TLS_CERT_PATH: '/nowhere.pem', FL_TLS_KEY_PATH: '/nowhere.key' };
    expect(await run(['config', 'check'], settings)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('FL_TLS_CERT_PATH'),
    });
  });

  it.each([{ args: ['config', 'docs', '--check'] }, { args: ['openapi', '--check'] }])(
    'finds that the generated files are up to date: $args',
    async ({ args }) => {
      const { code, stderr } = await runCliInProcess(args, {}, ROOT);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );
});

interface Operation {
  operationId: string;
  responses: Record<string, { $ref?: string }>;
  deprecated?: boolean;
}

describe('the API document', () => {
  const { components, paths } = JSON.parse(readFileSync(join(ROOT, 'docs', 'api', 'openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
    components: {
      schemas: Record<string, unknown>;
      responses: Record<string, { content: Record<string, unknown> }>;
    };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );

  it('has no reference to a schema that does not exist', () => {
    const references = [...JSON.stringify({ components, paths }).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    for (const [, name] of references) expect(Object.keys(components.schemas)).toContain(name);
  });

  it('declares a problem for every operation', () => {
    for (const { operation, path } of operations) {
      const problem = operation.responses['500']?.$ref?.replace('#/components/responses/', '') ?? '';
      const types = Object.keys(components.responses[problem]?.content ?? {});
      expect({ path, types }).toEqual({ path, types: ['application/problem+json'] });
    }
  });

  it('marks the paths of legacy systems as deprecated', () => {
    for (const { operation, path } of operations) {
      const isLegacy = !path.startsWith('/api/v1/') && !path.startsWith('/health');
      const deprecated = operation.deprecated ?? false;
      expect({ path, deprecated }).toEqual({ path, deprecated: isLegacy || path === '/api/v1/health' });
    }
  });

  it('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
