import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TransferKind } from '#persistence';
import type { ImportReport } from './transfer.service.js';

/**
 * Progress of an import, in a file of the data directory. If a command was stopped, the same command continues there.
 * An import with a different database, kind, tenant, path, size or modification time starts from the beginning.
 */
export class ImportProgress {
  private constructor(private readonly path: string) {}

  static async of(
    dataDir: string,
    { database, file, kind, tenantId }: { database: string; file: string; kind: TransferKind; tenantId: string },
  ): Promise<ImportProgress> {
    const { mtimeMs, size } = await stat(file);
    const name = createHash('sha256')
      .update([database, kind, tenantId, resolve(file), size, mtimeMs].join('\n'))
      .digest('hex');
    return new ImportProgress(join(dataDir, 'imports', `${name}.json`));
  }

  async read(): Promise<ImportReport | undefined> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as ImportReport);
  }

  /** Replaces the progress atomically, so that a crash never leaves a partial file. */
  async write(report: ImportReport): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await writeFile(`${this.path}.new`, JSON.stringify(report), { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }

  clear(): Promise<void> {
    return rm(this.path, { force: true });
  }
}
