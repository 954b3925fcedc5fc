import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { ROOT } from '../support/server-process.js';

const folder = (): string => mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'cli-'));

describe('the command line', () => {
  it.each([[[]], [['migrate']], [['config']], [['start']], [['predict']], [['demo']], [['openapi']]])(
    'S0-45 S0-50 has help that is not cut: %j',
    async (command) => {
      const { code, stdout } = await runCli([...command, '--help'], {}, folder());
      expect(code).toBe(0);
      expect(stdout).toContain('Usage: feedback-loop');
      expect(stdout).not.toContain('…\n');
    },
  );

  it('S0-45 S0-50 every command and subcommand has help, and refuses what it does not know', async () => {
    const commands: string[][] = [];
    const visit = async (path: string[]): Promise<void> => {
      const { code, stdout } = await runCli([...path, '--help'], {}, folder());
      expect([path, code]).toEqual([path, 0]);
      expect(stdout).toContain(`Usage: feedback-loop ${path.join(' ')}`.trim());
      expect(stdout).not.toMatch(/…$/m);
      const [, list = ''] = stdout.split(/^Commands:$/m);
      const names = [...list.matchAll(/^ {2}([a-z-]+)\b/gm)].map((match) => match[1] as string);
      const inner = names.filter((name) => name !== 'help');
      if (inner.length === 0 && path.length > 0) commands.push(path);
      await Promise.all(inner.map((name) => visit([...path, name])));
    };
    await visit([]);
    // The older system had 25.
    expect(commands.length).toBeGreaterThanOrEqual(25);
    const refusals = await Promise.all(
      commands.map((path) => runCli([...path, '--no-such-option'], { FL_DATA_DIR: folder() }, folder())),
    );
    for (const [i, { code, stderr }] of refusals.entries())
      expect([commands[i], code, stderr.includes('error: ')]).toEqual([commands[i], 2, true]);
  });

  it('answers a wrong command line with exit code 2 and the help', async () => {
    for (const args of [['nonsense'], ['migrate', 'down', '--steps', 'x'], ['predict']]) {
      const { code, stderr } = await runCli(args, {}, folder());
      expect([args, code]).toEqual([args, 2]);
      expect(stderr).toContain('Usage:');
    }
  });

  it('S0-08 answers a wrong configuration with exit code 1, the variable and the remedy', async () => {
    const { code, stderr } = await runCli(['config', 'check'], { FL_API_PORT: 'eighty' }, folder());
    expect(code).toBe(1);
    expect(stderr).toContain('FL_API_PORT must be a whole number');
  });

  it('config check prints what is in force, secrets masked, and warns of typing errors', async () => {
    const { code, stdout, stderr } = await runCli(
      ['config', 'check'],
      { FL_DB_URI: 'postgresql://u:hunter2@h/db', FL_API_PROT: '1' },
      folder(),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('FL_DB_URI=********');
    expect(stdout + stderr).not.toContain('hunter2');
    expect(stderr).toContain('FL_API_PROT');
  });

  it('predict answers without a server', async () => {
    const { code, stdout } = await runCli(['predict', 'I', 'love', 'it', '--json'], {}, folder());
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ label: 'positive', scores: { positive: expect.any(Number) } });
  });

  it('demo sends the sample sentences through a server of its own and shows what it answers', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--json'], {}, folder());
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const result = JSON.parse(stdout) as {
      sentences: number;
      accuracy: number;
      summary: { total_predictions: number };
      distribution: Record<string, number>;
    };
    expect(result.sentences).toBe(300);
    expect(result.accuracy).toBeGreaterThan(0.8);
    expect(result.summary.total_predictions).toBe(300);
    expect(Object.values(result.distribution).reduce((a, b) => a + b, 0)).toBe(300);
    expect(stderr).toContain('300/300');
  });

  it('generated files are what the code generates', async () => {
    for (const args of [
      ['config', 'docs', '--check'],
      ['openapi', '--check'],
    ]) {
      const { code, stderr } = await runCli(args, {}, folder());
      expect([args, code, stderr]).toEqual([args, 0, '']);
    }
  });

  it('openapi prints valid references only, declares problems everywhere and names its operations', () => {
    const document = JSON.parse(readFileSync(join(ROOT, 'docs', 'api', 'openapi.json'), 'utf8')) as {
      paths: Record<
        string,
        Record<
          string,
          {
            operationId: string;
            responses: Record<string, { $ref?: string }>;
            deprecated?: boolean;
          }
        >
      >;
      components: {
        schemas: Record<string, unknown>;
        responses: Record<string, { content: Record<string, unknown> }>;
      };
    };
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1]!,
    );
    for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
    const ids: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods)) {
        ids.push(operation.operationId);
        const problem = operation.responses['500']?.$ref?.replace('#/components/responses/', '') ?? '';
        expect([path, Object.keys(document.components.responses[problem]?.content ?? {})]).toEqual([
          path,
          ['application/problem+json'],
        ]);
        const older = !path.startsWith('/api/v1/') && !path.startsWith('/health');
        expect([path, operation.deprecated ?? false]).toEqual([path, older || path === '/api/v1/health']);
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
  });
});
