import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FeedbackLoopConfig } from '#config';
import { type BulkRow, DatabaseLockedError, FolderLock } from '#persistence';
import { Archive } from '../../src/operations/retention/archive.service.js';
import type { RetentionRun } from '../../src/operations/retention/retention.js';
import { ArchiveErasure } from '../../src/operations/subjects/archive-erasure.service.js';
import { ROOT } from '../support/server-process.js';

const RUN: RetentionRun = {
  id: 'run',
  tenantId: 'tenant',
  kind: 'predictions',
  cutoff: 0,
  deleted: 0,
  startedAt: Date.UTC(2026, 0, 2),
  finishedAt: null,
};

/** The archive of a server that does not use the lock. */
class UnlockedArchive extends Archive {
  override runExclusively<T>(_archiveDir: string, work: () => Promise<T>): Promise<T> {
    return work();
  }
}

describe('an archive that two servers share', () => {
  const setUp = (): { config: FeedbackLoopConfig; idsInArchive: () => unknown[] } => {
    const archiveDir = mkdtempSync(join(tmpdir(), 'archive-'));
    const file = join(archiveDir, 'tenant', 'predictions', '2026-01-02-run.jsonl');
    const idsInArchive = (): unknown[] =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { row: BulkRow }).row.id);
    return { config: { retention: { archiveDir } } as FeedbackLoopConfig, idsInArchive };
  };

  it.each([
    ['keeps every row', Archive, ['stays', 'later']],
    ['loses the rows that are added meanwhile, if there is no lock,', UnlockedArchive, ['stays']],
  ])('%s while one server erases and the other archives', async (_, Kind, expected) => {
    const { config, idsInArchive } = setUp();
    const here = new Kind(config);
    const there = new Kind(config);
    await here.append(RUN, [['predictions', [{ id: 'goes' }, { id: 'stays' }]]]);
    // At the last moment: the rows that were read are about to replace the file.
    const { rename } = fs;
    let adding: Promise<void> | undefined;
    jest.spyOn(fs, 'rename').mockImplementationOnce(async (from, to) => {
      adding = here.append(RUN, [['predictions', [{ id: 'later' }]]]);
      await Promise.race([adding, new Promise((resolve) => setTimeout(resolve, 300))]);
      await rename(from, to);
    });
    const removed = await new ArchiveErasure(config, there).erase((rows) =>
      Promise.resolve(new Set(rows.filter(({ id }) => id === 'goes'))),
    );
    await adding;
    expect({ removed, ids: idsInArchive() }).toEqual({ removed: 1, ids: expected });
  });
});

describe('the lock of a folder', () => {
  it('is released when the process that holds it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lock-'));
    const file = pathToFileURL(
      join(ROOT, 'dist', 'src', 'platform', 'persistence', 'lifecycle', 'folder-lock.js'),
    ).href;
    const owner = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { FolderLock } from ${JSON.stringify(file)};
       await new FolderLock().run(${JSON.stringify(folder)}, () => new Promise((resolve) => { console.log('held'); setTimeout(resolve, 60_000); }));`,
    ]);
    await once(owner.stdout, 'data');
    await expect(new FolderLock(200).run(folder, async () => 'taken')).rejects.toThrow(DatabaseLockedError);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(await new FolderLock(200).run(folder, async () => 'taken')).toBe('taken');
  });
});
