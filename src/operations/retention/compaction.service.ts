import { Inject, Injectable } from '@nestjs/common';
import { sleep } from '#kernel';
import { DATABASE, type Database } from '#persistence';

const PAUSE_MS = 20;

/**
 * Returns the space of deleted rows to the volume and removes their content from the WAL. SQLite keeps both until it is
 * told to release them.
 */
@Injectable()
export class Compaction {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Compacts in steps, with pauses for other work, until nothing is left to release. */
  async run(): Promise<void> {
    while (await this.database.compact()) await sleep(PAUSE_MS);
  }

  /** Compacts if possible. Ignores failures: a long reader or a lock blocks this attempt, but not a later one. */
  async tryRun(): Promise<void> {
    await this.run().catch(() => undefined);
  }
}
