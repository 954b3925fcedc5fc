import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DAY_MS, HOUR_MS, sleep } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { DATABASE, type Database } from '#persistence';
import { WhileDatabaseUp } from '#scheduling';

const EVERY_MS = 600_000;
const BATCH_ROWS = 1000;
const PAUSE_MS = 50;

/** Deletes expired keys and aliases, in small batches so that requests are not delayed. */
@Injectable()
export class IdempotencyMaintenance {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @WhileDatabaseUp({ name: 'idempotency.prune', every: EVERY_MS })
  async run(): Promise<void> {
    const now = this.clock.now();
    await this.prune('idempotency_keys', 'key_hash', now - this.config.retention.idempotencyHours * HOUR_MS);
    await this.prune('record_aliases', 'id', now - this.config.retention.days * DAY_MS);
  }

  private async prune(table: 'idempotency_keys' | 'record_aliases', key: string, before: number): Promise<void> {
    for (;;) {
      const removed = await this.database.write((session) =>
        session.query(
          `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE created_at < $1 ORDER BY created_at LIMIT ${BATCH_ROWS}) RETURNING ${key}`,
          [this.database.dialect.time(before)],
        ),
      );
      if (removed.length < BATCH_ROWS) return;
      await sleep(PAUSE_MS);
    }
  }
}
