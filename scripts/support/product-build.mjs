// Compiles the product into dist/ and knows whether dist/ is up to date.
//
// dist/.stamp is a hash of what the sources contain, not of their times: `git checkout` and archives change times without changing files. It
// is written after a successful compilation only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.stamp');
/** Folders that tsconfig.build.json compiles. */
const PRODUCT = ['src', 'migrations'];
/** Folders that tsconfig.tools.json compiles: needed by the benchmark and the model's training, never shipped. */
const TOOLS = ['bench', 'models/training'];
/** Folders that earlier versions compiled into dist/. */
const NO_LONGER_COMPILED = ['test'];

export const MAIN = join(DIST, 'src', 'main.js');
export const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** What to do without a compiler. One line: it is the whole output of `npm start` in that case. */
export const CANNOT_BUILD =
  'feedback-loop is not built, and the development dependencies that build it are not installed: run `npm ci && npm prune --omit=dev`';
export const CANNOT_REBUILD =
  'dist/ was built from other sources than these, and the development dependencies that build it are not installed: run `npm ci && npm prune --omit=dev`';

const manifest = () => JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

function sourcesIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .sort();
}

const outputOf = (source) => join(DIST, source.replace(/\.ts$/, '.js'));

/** A package that was packed or copied without its sources has nothing to compare with. */
export const hasSources = () => PRODUCT.every((folder) => existsSync(join(ROOT, folder)));

export const isBuilt = () => existsSync(MAIN);

/** Whether all packages are there that a compilation needs. TypeScript alone is not enough: @nestjs/swagger brings it without the types. */
export function canBuild() {
  const needed = Object.keys(manifest().devDependencies).filter((name) => name.startsWith('@types/'));
  return existsSync(TSC) && needed.every((name) => existsSync(join(ROOT, 'node_modules', name, 'package.json')));
}

function fingerprint(sources) {
  const { type, imports, dependencies, devDependencies } = manifest();
  const hash = createHash('sha256').update(JSON.stringify({ type, imports, dependencies, devDependencies }));
  for (const file of ['tsconfig.json', 'tsconfig.build.json', ...sources])
    hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

export function isCurrent() {
  if (!existsSync(STAMP)) return false;
  const sources = PRODUCT.flatMap(sourcesIn);
  return (
    readFileSync(STAMP, 'utf8') === fingerprint(sources) && sources.every((source) => existsSync(outputOf(source)))
  );
}

/** The stamp of the sources as they are now; take it before compiling, so that an edit during the compilation is not lost. */
export const takeFingerprint = () => fingerprint(PRODUCT.flatMap(sourcesIn));

export function writeStamp(value) {
  mkdirSync(DIST, { recursive: true });
  writeFileSync(STAMP, value);
}

/** Removes outputs whose source is gone: a deleted migration or module would otherwise stay loadable. */
export function removeStaleOutputs() {
  for (const folder of NO_LONGER_COMPILED) rmSync(join(DIST, folder), { recursive: true, force: true });
  for (const folder of [...PRODUCT, ...TOOLS]) {
    const base = join(DIST, folder);
    if (!existsSync(base)) continue;
    const sources = new Set(sourcesIn(folder));
    for (const name of readdirSync(base, { recursive: true, encoding: 'utf8' })) {
      if (!/\.js(?:\.map)?$/.test(name)) continue;
      const source = `${folder}/${name.replaceAll('\\', '/')}`.replace(/\.js(?:\.map)?$/, '.ts');
      if (!sources.has(source)) rmSync(join(base, name), { force: true });
    }
  }
}

/** The compiler skips what its build information lists as written, even if somebody deleted it. */
export function forgetMissingOutputs(info, folders = PRODUCT) {
  const complete = folders.flatMap(sourcesIn).every((source) => existsSync(outputOf(source)));
  if (!complete) rmSync(join(DIST, info), { force: true });
}

function compile(project) {
  const { status } = spawnSync(process.execPath, [TSC, '-p', join(ROOT, project)], { cwd: ROOT, stdio: 'inherit' });
  return status ?? 1;
}

/** Compiles what has changed. Returns an exit code. */
export function buildProduct() {
  if (isCurrent()) return 0;
  const stamp = takeFingerprint();
  forgetMissingOutputs('.tsbuildinfo');
  const status = compile('tsconfig.build.json');
  if (status !== 0) return status;
  removeStaleOutputs();
  writeStamp(stamp);
  return 0;
}

/** Compiles the benchmark and the model's training, which import the product. Returns an exit code. */
export function buildTools() {
  forgetMissingOutputs('.tsbuildinfo.tools', TOOLS);
  return buildProduct() || compile('tsconfig.tools.json');
}
