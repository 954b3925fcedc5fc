import { Injectable } from '@nestjs/common';
import { sleep } from '#kernel';
import { UnitOfWork } from '#persistence';

/** Pages that one step merges: some milliseconds in which nobody else writes. */
const PAGES = 100;
const PAUSE_MS = 5;
const MAX_STEPS = 100_000;

/** The full text of feedback on SQLite. (That of PostgreSQL is a column of the row, and goes with it.) */
@Injectable()
export class SearchIndexRepository {
  private running: Promise<void> | undefined;

  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * FTS5 marks deleted words and keeps them until it merges: merges all there is, in steps, so that no word of a deleted text is left.
   * @acrossTenants one index for the installation
   */
  purge(): Promise<void> {
    if (this.unitOfWork.dialect.name !== 'sqlite') return Promise.resolve();
    // Whoever asks while a purge runs may have deleted behind it.
    const next = (this.running ?? Promise.resolve()).then(() => this.merge());
    this.running = next.catch(() => undefined);
    return next;
  }

  private async merge(): Promise<void> {
    // A negative number begins the merge of everything; it is done when a step changes nothing any more (FTS5, 6.8).
    for (let step = 0; step < MAX_STEPS; step++) {
      const changed = await this.unitOfWork.write(async (session) => {
        const count = async (): Promise<number> =>
          (await session.query<{ n: number }>('SELECT total_changes() AS n', []))[0]?.n ?? 0;
        const before = await count();
        await session.query(
          "INSERT INTO feedback_search (feedback_search, rank) VALUES ('merge', CAST($1 AS integer))",
          [step === 0 ? -PAGES : PAGES],
        );
        return (await count()) - before;
      });
      if (changed < 2) return;
      await sleep(PAUSE_MS);
    }
  }
}
