import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const COPIED = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'bin', 'scripts'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feedback-loop-build-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  write('src/main.ts', 'export const answer: number = 1;\n');
  write('src/cli/cli.ts', "process.stdout.write('built\\n');\n");
  write('migrations/index.ts', 'export const MIGRATIONS = [];\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function run(file: string, ...args: string[]): { status: number | null; lines: string[] } {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(folder, file), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return { status, lines: `${stdout}${stderr}`.trim().split('\n') };
}

const installDevelopmentDependencies = (): void =>
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
const exists = (file: string): boolean => existsSync(join(folder, file));
const output = (): string => readFileSync(join(folder, 'dist/src/main.js'), 'utf8');

describe('without the development dependencies', () => {
  const notBuilt = [expect.stringMatching(/not built.*run `npm ci && npm prune --omit=dev`$/)];

  it('an install succeeds, and names the command that is left to run', () => {
    expect(run('scripts/prepare.mjs')).toEqual({ status: 0, lines: notBuilt });
  });

  it('npm start and the command line exit with 78 and one line', () => {
    expect(run('scripts/build.mjs', '--start')).toEqual({ status: 78, lines: notBuilt });
    expect(run('bin/feedback-loop.js', 'start')).toEqual({ status: 78, lines: [expect.stringContaining('npm ci')] });
    expect(run('bin/fl-start.js')).toEqual({ status: 78, lines: [expect.stringContaining('npm ci')] });
  });

  it('a build of these sources starts, and one of other sources does not', () => {
    installDevelopmentDependencies();
    expect(run('scripts/build.mjs').status).toBe(0);
    rmSync(join(folder, 'node_modules'));
    expect(run('scripts/build.mjs', '--start')).toEqual({ status: 0, lines: [''] });
    expect(run('bin/feedback-loop.js')).toEqual({ status: 0, lines: ['built'] });

    write('src/main.ts', 'export const answer: number = 2;\n');
    expect(run('scripts/build.mjs', '--start')).toEqual({
      status: 78,
      lines: [expect.stringContaining('built from other sources')],
    });

    // A packed package contains no sources that could differ.
    rmSync(join(folder, 'src'), { recursive: true });
    expect(run('scripts/build.mjs', '--start')).toEqual({ status: 0, lines: [''] });
  });
});

describe('a build', () => {
  beforeEach(() => {
    installDevelopmentDependencies();
    expect(run('scripts/prepare.mjs')).toEqual({ status: 0, lines: [''] });
  });

  it('writes nothing when only times have changed', () => {
    const built = statSync(join(folder, 'dist/src/main.js')).mtimeMs;
    utimesSync(join(folder, 'src/main.ts'), new Date(), new Date());
    expect(run('scripts/build.mjs', '--start')).toEqual({ status: 0, lines: [''] });
    expect(statSync(join(folder, 'dist/src/main.js')).mtimeMs).toBe(built);
  });

  it('includes a change, and writes deleted outputs again', () => {
    write('src/main.ts', 'export const answer: number = 2;\n');
    expect(run('scripts/build.mjs').status).toBe(0);
    expect(output()).toContain('answer = 2');

    rmSync(join(folder, 'dist/src/main.js'));
    expect(run('scripts/build.mjs').status).toBe(0);
    expect(output()).toContain('answer = 2');
  });

  it('removes the outputs of sources that were removed, and keeps other files', () => {
    write('dist/src/old.js', '');
    write('dist/src/old.js.map', '');
    write('dist/test/old.spec.js', '');
    write('dist/sbom.cdx.json', '{}');
    write('src/main.ts', 'export const answer: number = 3;\n');
    expect(run('scripts/build.mjs').status).toBe(0);
    const names = ['dist/src/old.js', 'dist/src/old.js.map', 'dist/test', 'dist/sbom.cdx.json'];
    expect(names.filter(exists)).toEqual(['dist/sbom.cdx.json']);
  });

  it('that fails keeps the previous build, and fails again', () => {
    write('src/main.ts', "export const answer: number = 'x';\n");
    expect(run('scripts/build.mjs').status).not.toBe(0);
    expect(output()).toContain('answer = 1');
    expect(run('scripts/build.mjs').status).not.toBe(0);
  });

  it('contains neither tests nor their types', () => {
    write('src/main.spec.ts', "it('is not shipped', () => undefined);\n");
    expect(run('scripts/build.mjs').status).toBe(0);
    expect(exists('dist/src/main.spec.js')).toBe(false);

    write('src/main.ts', "it('has no place here', () => undefined);\n");
    expect(run('scripts/build.mjs').lines.join('\n')).toContain("Cannot find name 'it'");
  });
});
