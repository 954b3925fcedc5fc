import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, PACKAGE_ROOT } from '#kernel';

/** A file of the repository that code makes; CI fails when the two differ. */
export interface GeneratedFile {
  path: string;
  content: string;
}

export function writeGenerated(files: readonly GeneratedFile[]): void {
  for (const { path, content } of files) {
    const file = join(PACKAGE_ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** @throws AppError naming the files that are not what the code would write now. */
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
