import { Injectable } from '@nestjs/common';
import { SpoolService } from '#ingest';
import { Compaction } from '#retention';
import { ArchiveErasure } from './archive-erasure.service.js';
import { ErasedRows } from './erased-rows.service.js';
import type { RemovedRows } from './table-erasure.service.js';

/** Removes erased subjects from what only this server has: its spool, dead letters, archive, and the free pages of its SQLite file. */
@Injectable()
export class LocalErasure {
  constructor(
    private readonly erasedRows: ErasedRows,
    private readonly spool: SpoolService,
    private readonly archive: ArchiveErasure,
    private readonly compaction: Compaction,
  ) {}

  /** Whether the spool can be looked through. */
  get isPossible(): boolean {
    return this.spool.isReadable;
  }

  /** Returns how many records were removed, by store. */
  async remove(): Promise<RemovedRows> {
    const spool = await this.spool.erase((rows) => this.erasedRows.among(rows));
    const archive = await this.archive.erase((rows) => this.erasedRows.among(rows));
    return { ...(spool > 0 ? { spool } : {}), ...(archive > 0 ? { archive } : {}) };
  }

  /** Overwrites deleted rows on disk. A failure is logged, not thrown: the rows are gone from every query already. */
  async compact(): Promise<void> {
    await this.compaction.tryRun();
  }
}
