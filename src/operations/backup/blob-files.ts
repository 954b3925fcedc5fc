import { opendir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FeedbackLoopConfig } from '#config';

/** Returns the folder of the screenshots. */
export function blobFolder({ screenshots: { dir }, server: { dataDir } }: Readonly<FeedbackLoopConfig>): string {
  return dir ?? join(dataDir, 'blobs');
}

/**
 * Lists the files below a folder, named by their relative path with `/`. Skips unfinished files. Lists none if the
 * folder does not exist.
 */
export async function* filesOf(folder: string): AsyncGenerator<{ name: string; path: string }> {
  const entries = await opendir(folder, { recursive: true }).catch(() => undefined);
  if (!entries) return;
  for await (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith('.part'))
      yield { name: relative(folder, path).split(sep).join('/'), path };
  }
}
