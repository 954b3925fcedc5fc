import type { ReplicaStatus } from '../contract/database.js';
import { type PostgresPool } from './postgres-pool.js';

const CHECK_EVERY_MS = 1000;

export interface ReplicasOptions {
  /** By name. */
  pools: ReadonlyMap<string, PostgresPool>;
  /** The primary, on a connection of its own. */
  primary: PostgresPool;
  maxLagMs: number;
  now?: () => number;
}

interface Replica {
  name: string;
  pool: PostgresPool;
  /** Holds at least what was committed by then; the primary's clock when its position is unknown. */
  asOf: number | null;
  state: 'up' | 'down' | 'promoted';
}

/**
 * Streaming standbys, looked at once a second.
 *
 * - how far one is behind is known by position, not by clock: the primary's position at a moment, reached by the standby, makes the
 *   standby as of that moment, also when nobody writes
 * - one that is down, too far behind, or no standby any more is not read from; none of them is waited for at the start
 */
export class Replicas {
  private readonly replicas: Replica[];
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;
  private turn = 0;
  private readonly now: () => number;

  constructor(private readonly options: ReplicasOptions) {
    this.now = options.now ?? Date.now;
    this.replicas = [...options.pools].map(([name, pool]) => ({ name, pool, asOf: null, state: 'down' }));
  }

  /** Does not wait for them. */
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

  /** One that is near enough, in turn. */
  pick(): Replica | undefined {
    const near = this.replicas.filter((each) => this.isNear(each));
    return near[this.turn++ % Math.max(1, near.length)];
  }

  /** The earliest of those that may be read from; null without any. */
  get asOf(): number | null {
    const times = this.replicas.flatMap((each) => (this.isNear(each) && each.asOf !== null ? [each.asOf] : []));
    return times.length === 0 ? null : Math.min(...times);
  }

  /** A read failed there: nobody else shall try before the next look. */
  reportFailure(replica: Replica): void {
    replica.state = 'down';
  }

  statuses(): ReplicaStatus[] {
    return this.replicas.map((each) => ({
      name: each.name,
      state: each.state === 'up' && !this.isNear(each) ? 'behind' : each.state,
      lagMs: each.asOf === null || each.state !== 'up' ? null : Math.max(0, this.now() - each.asOf),
    }));
  }

  private isNear({ asOf, state }: Replica): boolean {
    return state === 'up' && asOf !== null && this.now() - asOf <= this.options.maxLagMs;
  }

  private check(): Promise<void> {
    // One that hangs must not pile up looks.
    this.checking ??= this.look().finally(() => (this.checking = undefined));
    return this.checking;
  }

  private async look(): Promise<void> {
    const at = this.now();
    const position = await this.position();
    await Promise.all(this.replicas.map((replica) => this.lookAt(replica, position, at)));
  }

  /** Where the primary is; undefined while it is away. */
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

  private async lookAt(replica: Replica, position: string | undefined, at: number): Promise<void> {
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
