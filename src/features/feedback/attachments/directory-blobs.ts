import { codeOf } from '#kernel';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BLOB_PARTS, type BlobKey, type BlobPart, type BlobStore, pathOf } from './blob-store.js';
import { BlobStoreError } from './errors.js';

/** Stores screenshots as files in a folder, with mode 0600. */
export class DirectoryBlobs implements BlobStore {
  readonly name = 'directory';

  constructor(private readonly folder: string) {}

  async put(key: BlobKey, part: BlobPart, bytes: Buffer): Promise<void> {
    const path = join(this.folder, pathOf(key, part));
    const draft = `${path}.${process.pid}.part`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        // After a power failure, a row must not be "ready" without its bytes.
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      await syncFolder(dirname(path));
    } catch (error) {
      throw new BlobStoreError(error);
    }
  }

  async get(key: BlobKey, part: BlobPart): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.folder, pathOf(key, part)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new BlobStoreError(error);
    }
  }

  async delete(key: BlobKey): Promise<void> {
    try {
      for (const part of BLOB_PARTS) await rm(join(this.folder, pathOf(key, part)), { force: true });
    } catch (error) {
      throw new BlobStoreError(error);
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
