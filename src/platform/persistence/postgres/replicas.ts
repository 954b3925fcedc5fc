import type { ReplicaStatus } from '../contract/database.js';
import { type PostgresPool } from './postgres-pool.js';

const CHECK_EVERY_MS = 1000;

export interface ReplicasOptions {
  /** Pools by the name of the replica. */
  pools: ReadonlyMap<string, PostgresPool>;
  /** The primary, on a separate connection. */
  primary: PostgresPool;
  maxLagMs: number;
  now?: () => number;
}

interface Replica {
  name: string;
  pool: PostgresPool;
  /** The replica has every commit up to this time; null: unknown. Milliseconds since 1970. */
  asOf: number | null;
  state: 'up' | 'down' | 'promoted';
}

/**
 * Streaming standbys, checked every second.
 *
 * - lag is measured by position, not by clock: a standby that has reached the primary's position of a moment is current
 *   as of that moment, even when there are no writes
 * - a standby that is down, lags too far or was promoted is not read from
 * - the start waits for none of them
 */
export class Replicas {
  private readonly replicas: Replica[];
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;
  private nextIndex = 0;
  private readonly now: () => number;

  constructor(private readonly options: ReplicasOptions) {
    this.now = options.now ?? Date.now;
    this.replicas = [...options.pools].map(([name, pool]) => ({ name, pool, asOf: null, state: 'down' }));
  }

  /** Starts to check the replicas, without waiting for them. */
  start(): void {
    if (this.replicas.length === 0 || this.timer) return;
    this.timer = setInterval(() => void this.check(), CHECK_EVERY_MS);
    this.timer.unref();
    void this.check();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.checking;
    await Promise.allSettled(this.replicas.map(({ pool }) => pool.close()));
  }

  /** Returns a usable replica, in turn. */
  pick(): Replica | undefined {
    const usable = this.replicas.filter((each) => this.isUsable(each));
    return usable[this.nextIndex++ % Math.max(1, usable.length)];
  }

  /** The earliest time among the usable replicas; null when there is no usable replica. */
  get asOf(): number | null {
    const times = this.replicas.flatMap((each) => (this.isUsable(each) && each.asOf !== null ? [each.asOf] : []));
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Marks a replica as down after a failed read, so that no other read tries it before the next check. */
  reportFailure(replica: Replica): void {
    replica.state = 'down';
  }

  statuses(): ReplicaStatus[] {
    return this.replicas.map((each) => ({
      name: each.name,
      state: each.state === 'up' && !this.isUsable(each) ? 'behind' : each.state,
      lagMs: each.asOf === null || each.state !== 'up' ? null : Math.max(0, this.now() - each.asOf),
    }));
  }

  private isUsable({ asOf, state }: Replica): boolean {
    return state === 'up' && asOf !== null && this.now() - asOf <= this.options.maxLagMs;
  }

  private check(): Promise<void> {
    // Checks must not pile up behind a replica that hangs.
    this.checking ??= this.checkAll().finally(() => (this.checking = undefined));
    return this.checking;
  }

  private async checkAll(): Promise<void> {
    const at = this.now();
    const primaryPosition = await this.position();
    await Promise.all(this.replicas.map((replica) => this.checkReplica(replica, primaryPosition, at)));
  }

  /** Returns the WAL position of the primary, or undefined while it is unavailable. */
  private async position(): Promise<string | undefined> {
    try {
      const rows = await this.options.primary.query<{ lsn: string }>({
        text: 'SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn()::text END AS lsn',
      });
      return rows[0]?.lsn ?? undefined;
    } catch {
      return undefined;
    }
  }

  private async checkReplica(replica: Replica, position: string | undefined, at: number): Promise<void> {
    try {
      const [row] = await replica.pool.query<{ standby: boolean; reached: boolean | null; replayed: Date | null }>({
        text:
          'SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn() >= $1::pg_lsn AS reached, ' +
          'pg_last_xact_replay_timestamp() AS replayed',
        values: [position ?? null],
      });
      replica.state = row?.standby ? 'up' : 'promoted';
      if (row?.reached) replica.asOf = at;
      else if (row?.replayed) replica.asOf = Math.max(replica.asOf ?? 0, row.replayed.getTime());
    } catch {
      replica.state = 'down';
    }
  }
}
