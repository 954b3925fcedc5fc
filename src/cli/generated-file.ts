import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, PACKAGE_ROOT } from '#kernel';

/** A file of the repository that is generated from code. CI fails if it differs from the code. */
export interface GeneratedFile {
  path: string;
  content: string;
}

/** Writes generated files into the repository. */
export function writeGenerated(files: readonly GeneratedFile[]): void {
  for (const { path, content } of files) {
    const file = join(PACKAGE_ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Compares generated files with the code. @throws AppError that names the files that differ */
export function checkGenerated(files: readonly GeneratedFile[]): void {
  const stale = files.filter(({ path, content }) => {
    const file = join(PACKAGE_ROOT, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
  if (stale.length === 0) return;
  throw new AppError({
    code: 'generated_files_stale',
    status: 500,
    title: 'Generated files are stale',
    detail: `${stale.map(({ path }) => path).join(', ')} differ from what the code generates.`,
    remedy: 'Run `npm run generate` and commit the result.',
  });
}
