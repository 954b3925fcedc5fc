import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, runCli } from '../../support/cli.js';

const run = (args: string[], environment: Record<string, string> = {}): Promise<CliResult> =>
  runCli(args, environment, mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'cli-')));

/** What only the executable shows: its exit codes, and commands with a process of their own. See test/medium/cli. */
describe('the executable', () => {
  // S0-45 S0-50
  it('prints its help and exits with 0', async () => {
    const { code, stdout } = await run(['--help']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Usage: feedback-loop') });
    expect(stdout).not.toContain('…\n');
  });

  it('exits with 2 and prints the help when the command line is wrong', async () => {
    expect(await run(['migrate', 'down', '--steps', 'x'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Usage:'),
    });
  });

  // S0-08
  it('exits with 1 and names the variable and the remedy when a setting is wrong', async () => {
    expect(await run(['config', 'check'], { FL_API_PORT: 'eighty' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('FL_API_PORT must be a whole number'),
    });
  });

  it('predicts without a server', async () => {
    const { code, stdout } = await run(['predict', 'I', 'love', 'it', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ label: 'positive', scores: { positive: expect.any(Number) } });
  });

  it('shows a demo: sends the sample sentences to a server of its own and prints the responses', async () => {
    const { code, stdout, stderr } = await run(['demo', '--json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const { accuracy, distribution, sentences, summary } = JSON.parse(stdout) as {
      sentences: number;
      accuracy: number;
      summary: { total_predictions: number };
      distribution: Record<string, number>;
    };
    expect({ sentences, summary }).toMatchObject({ sentences: 300, summary: { total_predictions: 300 } });
    expect(accuracy).toBeGreaterThan(0.8);
    expect(Object.values(distribution).reduce((a, b) => a + b, 0)).toBe(300);
    expect(stderr).toContain('300/300');
  });

  it('records nothing twice when the demo runs again, and suggests a port that no other server has', async () => {
    const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'demo-'));
    const first = await run(['demo', '--data-dir', folder, '--json']);
    const again = await run(['demo', '--data-dir', folder, '--json']);
    const figuresOf = ({ stdout }: CliResult): unknown => {
      const { accuracy, distribution, macro_f1 } = JSON.parse(stdout) as Record<string, unknown>;
      return { accuracy, distribution, macro_f1 };
    };
    expect(figuresOf(again)).toEqual(figuresOf(first));
    const { code, stderr, stdout } = await run(['demo', '--data-dir', folder]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('  300 predictions') });
    expect(stderr).toContain('FL_API_PORT=0 npm start');
  });
});
