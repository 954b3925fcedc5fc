import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, link, rm } from 'node:fs/promises';
import { AppError, codeOf } from './errors.js';

/** The file that a command was to write exists. */
export class FileExistsError extends AppError {
  constructor(path: string) {
    super({
      code: 'file_exists',
      status: 409,
      title: 'The file exists',
      detail: `${path} exists and was not replaced.`,
      remedy: 'Name another file, or move the existing one away.',
    });
  }
}

/** @throws FileExistsError, so that a command fails before its work instead of after it */
export function requireNewFile(path: string): void {
  if (existsSync(path)) throw new FileExistsError(path);
}

/** Returns a name beside `path` for a file that is not complete yet. Two processes never get the same name. */
export const draftOf = (path: string): string => `${path}.${randomUUID().slice(0, 8)}.part`;

/**
 * Gives a complete file its name, and never replaces another file: of two processes that finish at the same moment, one
 * fails.
 *
 * @throws FileExistsError if `path` exists; the draft is kept
 */
export async function publishFile(draft: string, path: string): Promise<void> {
  try {
    // Unlike a rename, a link fails when the name exists. Some file systems have no links.
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) === 'EEXIST') throw error;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new FileExistsError(path);
    throw error;
  }
  await rm(draft, { force: true });
}
