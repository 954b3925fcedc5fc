import { codeOf, sleep, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { StoredTables } from '#persistence';
import { ErasuresRepository } from './erasures.repository.js';

/** After this time, a record that was accepted earlier is usually committed or in a spool. */
export const IN_FLIGHT_MS = 2000;
const MAX_ATTEMPTS = 5;
const DEADLOCK_PAUSE_MS = 200;

/** Store → number of removed rows. */
export type RemovedRows = Record<string, number>;

/** Erases the rows of a data subject from all tables. */
@Injectable()
export class TableErasure {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly tables: StoredTables,
    private readonly config: FeedbackLoopConfig,
  ) {}

  /** Erases the rows accepted by `acceptedBy` (milliseconds since 1970), or all rows. */
  async erase(tenant: TenantContext, userId: string, acceptedBy?: number): Promise<RemovedRows> {
    let removed: RemovedRows = {};
    for (const table of this.tables.subjects)
      for (;;) {
        const batch = await retryDeadlocks(() => this.repository.erase(tenant, table, userId, acceptedBy));
        if (Object.keys(batch).length === 0) break;
        removed = sumOf(removed, batch);
      }
    return removed;
  }

  /** Erases twice, two seconds apart: a record that was being committed may arrive after the first pass. */
  async eraseTwice(tenant: TenantContext, userId: string): Promise<RemovedRows> {
    const removed = await this.erase(tenant, userId);
    await sleep(IN_FLIGHT_MS);
    return sumOf(removed, await this.erase(tenant, userId));
  }

  /** Schedules a third pass, because a commit whose caller has given up may still succeed until its time-outs end. */
  eraseLater(tenant: TenantContext, userId: string, requestedAt: number): void {
    const {
      database: { lockTimeoutMs, queryTimeoutMs },
    } = this.config;
    const erase = async (): Promise<void> => {
      const removed = await this.erase(tenant, userId, requestedAt);
      if (Object.keys(removed).length > 0) await this.clearCaches(tenant, removed);
    };
    setTimeout(() => void erase().catch(() => undefined), 2 * (queryTimeoutMs + lockTimeoutMs)).unref();
  }

  /** Empties the caches and indexes that may still hold removed rows. */
  async clearCaches(tenant: TenantContext, removed: RemovedRows): Promise<void> {
    await this.tables.clearCaches(tenant, removed);
  }

  /** Lists the data subjects in all tables. A subject that is in several tables is listed several times. */
  async *userIds(tenant: TenantContext): AsyncGenerator<string> {
    for (const table of this.tables.subjects) yield* this.repository.subjectsOf(tenant, table);
  }
}

/** Adds two counts, store by store. */
export function sumOf(a: RemovedRows, b: RemovedRows): RemovedRows {
  const sum = { ...a };
  for (const [store, n] of Object.entries(b)) sum[store] = (sum[store] ?? 0) + n;
  return sum;
}

/**
 * Repeats `work` after a deadlock: PostgreSQL aborts one of two erasures that block each other, with nothing changed.
 */
async function retryDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isDeadlock(error)) throw error;
      await sleep(Math.random() * DEADLOCK_PAUSE_MS);
    }
}

function isDeadlock(error: unknown): boolean {
  if (codeOf(error) === '40P01') return true;
  return error instanceof Error && error.cause !== undefined && isDeadlock(error.cause);
}
