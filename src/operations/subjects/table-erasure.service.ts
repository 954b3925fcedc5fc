import { codeOf, sleep, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { StoredTables } from '#persistence';
import { ErasuresRepository } from './erasures.repository.js';

/** By then a record that was accepted earlier has usually been committed, or has reached a spool. */
const IN_FLIGHT_MS = 2000;
const MAX_ATTEMPTS = 5;
const DEADLOCK_PAUSE_MS = 200;

/** How many rows were removed, by store. */
export type RemovedRows = Record<string, number>;

/** Erases the rows of a data subject from every table that holds some. */
@Injectable()
export class TableErasure {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly tables: StoredTables,
    private readonly config: FeedbackLoopConfig,
  ) {}

  /** Erases the rows accepted until `acceptedBy` (milliseconds since 1970), or all. */
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

  /** Schedules a third pass: a commit whose caller has given up may still end as late as its time-outs allow. */
  eraseLater(tenant: TenantContext, userId: string, requestedAt: number): void {
    const {
      database: { lockTimeoutMs, queryTimeoutMs },
    } = this.config;
    const erase = async (): Promise<void> => {
      const removed = await this.erase(tenant, userId, requestedAt);
      if (Object.keys(removed).length > 0) await this.forget(tenant, removed);
    };
    setTimeout(() => void erase().catch(() => undefined), 2 * (queryTimeoutMs + lockTimeoutMs)).unref();
  }

  /** Empties the caches and indexes that may still hold removed rows. */
  async forget(tenant: TenantContext, removed: RemovedRows): Promise<void> {
    await this.tables.forget(tenant, removed);
  }

  /** Lists the data subjects in all tables; one that is in several tables comes several times. */
  async *userIds(tenant: TenantContext): AsyncGenerator<string> {
    for (const table of this.tables.subjects) yield* this.repository.subjectsOf(tenant, table);
  }
}

export function sumOf(a: RemovedRows, b: RemovedRows): RemovedRows {
  const sum = { ...a };
  for (const [store, n] of Object.entries(b)) sum[store] = (sum[store] ?? 0) + n;
  return sum;
}

/** Two erasures can deadlock. PostgreSQL then aborts one of them, which has changed nothing and is tried again. */
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
