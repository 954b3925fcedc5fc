import { Injectable } from '@nestjs/common';
import { sleep } from '#kernel';
import { UnitOfWork } from '#persistence';

/** Pages that one step merges. Each step blocks other writes for some milliseconds. */
const PAGES = 100;
const PAUSE_MS = 5;
const MAX_STEPS = 100_000;

/** The full-text index of feedback on SQLite. PostgreSQL needs no cleaning: its index is on a column of the row. */
@Injectable()
export class SearchIndexRepository {
  private running: Promise<void> | undefined;

  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Removes the words of deleted texts from the index, in steps. FTS5 only marks deleted words until it merges them.
   *
   * @acrossTenants one index for the installation
   */
  purge(): Promise<void> {
    if (this.unitOfWork.dialect.name !== 'sqlite') return Promise.resolve();
    // A caller may have deleted rows that a running purge has already passed, so it needs another purge.
    const next = (this.running ?? Promise.resolve()).then(() => this.merge());
    this.running = next.catch(() => undefined);
    return next;
  }

  private async merge(): Promise<void> {
    // A negative number starts a merge of the whole index. It is complete when a step changes nothing (FTS5, section
    // 6.8).
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
