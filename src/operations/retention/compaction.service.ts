import { Inject, Injectable } from '@nestjs/common';
import { sleep } from '#kernel';
import { DATABASE, type Database } from '#persistence';

const PAUSE_MS = 20;

/** Gives the space of deleted rows back to the volume, and leaves nothing of them in the WAL: SQLite keeps both until it is told to. */
@Injectable()
export class Compaction {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async run(): Promise<void> {
    while (await this.database.compact()) await sleep(PAUSE_MS);
  }

  /** What stands in the way of it now (a long reader, a lock) does not next time. */
  async quietly(): Promise<void> {
    await this.run().catch(() => undefined);
  }
}
