import { Injectable } from '@nestjs/common';
import { SpoolService } from '#ingest';
import { Compaction } from '#retention';
import { ArchiveErasure } from './archive-erasure.service.js';
import { ErasedRows } from './erased-rows.service.js';
import type { RemovedRows } from './table-erasure.service.js';

/**
 * Erases from the stores that only this server has: spool, dead letters, archive and the free pages of its SQLite file.
 */
@Injectable()
export class LocalErasure {
  constructor(
    private readonly erasedRows: ErasedRows,
    private readonly spool: SpoolService,
    private readonly archive: ArchiveErasure,
    private readonly compaction: Compaction,
  ) {}

  /** Whether the spool can be read. */
  get isPossible(): boolean {
    return this.spool.isReadable;
  }

  /** Removes the records of erased subjects. @returns the number of removed records, by store */
  async remove(): Promise<RemovedRows> {
    const spool = await this.spool.erase((rows, clockOf) => this.erasedRows.findIn(rows, clockOf));
    const archive = await this.archive.erase((rows) => this.erasedRows.findIn(rows));
    return { ...(spool > 0 ? { spool } : {}), ...(archive > 0 ? { archive } : {}) };
  }

  /** Overwrites deleted rows on disk. Ignores failures, because no query returns the rows any more. */
  async compact(): Promise<void> {
    await this.compaction.tryRun();
  }
}
