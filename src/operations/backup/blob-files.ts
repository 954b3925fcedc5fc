import { opendir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FeedbackLoopConfig } from '#config';

export function blobFolder({ pictures: { dir }, server: { dataDir } }: Readonly<FeedbackLoopConfig>): string {
  return dir ?? join(dataDir, 'blobs');
}

/** Files below a folder, by their path in it with `/`; unfinished ones are left out. None when there is no folder. */
export async function* filesOf(folder: string): AsyncGenerator<{ name: string; path: string }> {
  const entries = await opendir(folder, { recursive: true }).catch(() => undefined);
  if (!entries) return;
  for await (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith('.part'))
      yield { name: relative(folder, path).split(sep).join('/'), path };
  }
}
