import 'reflect-metadata';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { PUBLIC_METADATA, SCOPES_METADATA } from '#security';

const ROOT = join(__dirname, '..', '..');
function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sources = filesBelow('src', '.ts').filter((file) => !file.endsWith('.spec.ts'));

describe('routes', () => {
  let controllers: { name: string; prototype: object }[] = [];

  beforeAll(async () => {
    const modules = sources
      .filter((file) => file.endsWith('.controller.ts'))
      .map((file) => import(join(ROOT, file)) as Promise<Record<string, unknown>>);
    controllers = (await Promise.all(modules))
      .flatMap((module) => Object.values(module))
      .filter(
        (each) => typeof each === 'function' && Reflect.hasOwnMetadata(PATH_METADATA, each),
      ) as typeof controllers;
    expect(controllers.length).toBeGreaterThan(20);
  });

  it('each carries a scope or @Public()', () => {
    const offenders: string[] = [];
    for (const controller of controllers) {
      for (
        let target = controller.prototype as object;
        target !== Object.prototype;
        target = Object.getPrototypeOf(target) as object
      ) {
        for (const name of Object.getOwnPropertyNames(target)) {
          const handler = (target as Record<string, unknown>)[name];
          if (typeof handler !== 'function' || Reflect.getMetadata(METHOD_METADATA, handler) === undefined) continue;
          const declared = [PUBLIC_METADATA, SCOPES_METADATA].some(
            (key) =>
              Reflect.getMetadata(key, handler) !== undefined || Reflect.getMetadata(key, controller) !== undefined,
          );
          if (!declared) offenders.push(`${controller.name}.${name}`);
        }
      }
    }
    expect(offenders).toEqual([]);
  });

  it('each that reads a query class refuses or ignores unknown fields on purpose', () => {
    const offenders = sources.filter(
      (file) =>
        file.endsWith('.controller.ts') &&
        /@Query\(\)/.test(read(file)) &&
        !/@(?:Strict|Lenient)Input\(\)/.test(read(file)),
    );
    expect(offenders).toEqual([]);
  });
});

describe('the design card', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;

  it('DC-1 S4-29 builds on the packages it names, pinned exactly', () => {
    const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = manifest;
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    for (const name of [
      '@nestjs/core',
      '@nestjs/typeorm',
      'typeorm',
      '@nestjs/terminus',
      '@nestjs/throttler',
      '@nestjs/config',
      '@nestjs/schedule',
      'nestjs-pino',
      'class-validator',
      'jest',
    ])
      expect([name, all[name]]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('DC-2 DC-3 has the folders and modules it names', () => {
    const top = readdirSync(ROOT);
    for (const name of [
      'package.json',
      'nest-cli.json',
      'tsconfig.json',
      'src',
      'test',
      'migrations',
      'docker',
      'k8s',
      '.github',
      'docs',
    ])
      expect(top).toContain(name);
    const modules = sources.flatMap((file) =>
      [...read(file).matchAll(/^export class (\w+)Module\b/gm)].map((match) => match[1]),
    );
    expect(modules).toEqual(
      expect.arrayContaining(['Config', 'Persistence', 'Feedback', 'Predictions', 'Analytics', 'Health', 'Security']),
    );
  });
});

describe('optional packages', () => {
  it('S1-05 S1-29 are loaded when they are configured, never at the top of a file', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const names = Object.keys(optionalDependencies).join('|');
    const loaded = new RegExp(`^import (?!type\\b)[^;]*from '(?:${names})`, 'm');
    expect(sources.filter((file) => loaded.test(read(file)))).toEqual([]);
    expect(sources.filter((file) => new RegExp(`import\\('(?:${names})`).test(read(file))).length).toBeGreaterThan(1);
  });
});

describe('analytics', () => {
  it('never select a text for analytics', () => {
    for (const file of sources.filter((name) => name.startsWith('src/features/analytics')))
      expect([file, read(file)]).not.toEqual([file, expect.stringContaining('input_text')]);
  });
});

describe('files', () => {
  it('have no more than 400 lines', () => {
    const all = ['src', 'migrations', 'models/training', 'bench', 'test'].flatMap((folder) =>
      filesBelow(folder, '.ts'),
    );
    // As long as the API documents that they are generated from.
    const generated = ['test/support/api/api-types.ts', 'test/support/api/admin-api-types.ts'];
    const written = all.filter((file) => !generated.includes(file));
    expect(written.filter((file) => read(file).split('\n').length > 401)).toEqual([]);
  });

  it('are not called by what they are for everything', () => {
    const folders = sources.flatMap((file) => dirname(relative('src', file)).split('/'));
    for (const name of ['utils', 'helpers', 'core', 'shared', 'lib', 'misc']) expect(folders).not.toContain(name);
  });

  it('read the environment in one place', () => {
    expect(sources.filter((file) => read(file).includes('process.env'))).toEqual([
      'src/platform/config/environment.ts',
    ]);
  });

  it('say TODO nowhere', () => {
    expect(sources.filter((file) => /\b(?:TODO|FIXME|XXX)\b/.test(read(file)))).toEqual([]);
  });

  it('name no registry but the public default in the lockfile', () => {
    const resolved = [...read('package-lock.json').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map(
      (match) => match[1],
    );
    expect([...new Set(resolved)].filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
  });
});

describe('the import rules', () => {
  const CRUISER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  /** What it is, where it stands, what it imports, which rule it breaks. */
  const VIOLATIONS: [name: string, file: string, imports: string, rule: string][] = [
    ['a kernel that imports the platform', 'src/kernel/a.ts', '#config', 'band-kernel'],
    ['a platform that knows a feature', 'src/platform/persistence/a.ts', '#predictions', 'band-platform'],
    ['a feature that knows an operation', 'src/features/labels/a.ts', '#retention', 'band-features'],
    ['an operation that knows an entry point', 'src/operations/backup/a.ts', '#app', 'band-operations'],
    [
      'another module past its door',
      'src/features/predictions/a.ts',
      '../../platform/ingest/commit/c.js',
      'other-modules-by-their-door',
    ],
    [
      'another module by a path to its door',
      'src/features/predictions/b.ts',
      '../../platform/ingest/index.js',
      'other-modules-by-their-door',
    ],
    ['a module that goes through its own door', 'src/platform/ingest/own.ts', '#ingest', 'own-module-by-path'],
    ['a feature that imports a sibling', 'src/features/feedback/a.ts', '#predictions', 'features-know-no-sibling'],
    ['a cycle', 'src/platform/ingest/commit/b.ts', './c.js', 'no-circular'],
    ['typeorm in a service', 'src/features/predictions/t.service.ts', 'typeorm', 'typeorm-only-where-data-is'],
    [
      'a driver outside of persistence',
      'src/features/predictions/p.repository.ts',
      'pg',
      'drivers-only-in-persistence',
    ],
    [
      'a controller that imports a repository',
      'src/features/predictions/x.controller.ts',
      './x.repository.js',
      'controllers-never-see-rows',
    ],
    ['a service that imports fastify', 'src/features/predictions/f.service.ts', 'fastify', 'services-know-no-http'],
    ['a service that imports a DTO', 'src/features/predictions/d.service.ts', './dto/y.js', 'services-know-no-http'],
    ['a migration that imports src', 'migrations/x.ts', '#kernel', 'migrations-stand-alone'],
    ['a development dependency in the product', 'src/features/predictions/j.ts', 'fast-check', 'no-dev-dependencies'],
  ];
  const GOOD: [file: string, imports?: string][] = [
    ['src/kernel/index.ts'],
    ['src/platform/config/index.ts', '#kernel'],
    ['src/platform/ingest/index.ts', './commit/d.js'],
    ['src/platform/ingest/commit/d.ts'],
    ['src/platform/ingest/commit/c.ts', './b.js'],
    ['src/features/labels/index.ts', '#kernel'],
    ['src/features/predictions/index.ts', '#labels'],
    ['src/features/predictions/x.repository.ts'],
    ['src/features/predictions/dto/y.ts'],
    ['src/operations/retention/index.ts', '#predictions'],
    ['src/app/index.ts', '#retention'],
  ];
  let broken: { from: string; rule: string }[];

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'layers-'));
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      cpSync(join(ROOT, name), join(folder, name));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const files = [...GOOD, ...VIOLATIONS.map(([, file, imports]): [string, string] => [file, imports])];
    for (const [file, imports] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), imports ? `import '${imports}';` : 'export {};');
    }
    const { stdout } = spawnSync(
      process.execPath,
      [CRUISER, 'src', 'migrations', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
      },
    );
    rmSync(folder, { recursive: true, force: true });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    broken = summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
  });

  it.each(VIOLATIONS)('catch %s', (_name, from, _imports, rule) => {
    expect(broken).toContainEqual({ from, rule });
  });

  it('let good files pass', () => {
    const good = GOOD.map(([file]) => file).filter((file) => file !== 'src/platform/ingest/commit/c.ts');
    expect(broken.filter(({ from, rule }) => good.includes(from) && rule !== 'no-orphans')).toEqual([]);
  });

  it('hold for this tree', () => {
    const args = [CRUISER, 'src', 'migrations', 'models/training', '--config', '.dependency-cruiser.cjs'];
    expect(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })).toContain(
      'no dependency violations found',
    );
  });
});
