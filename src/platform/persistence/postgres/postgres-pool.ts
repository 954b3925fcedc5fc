import { codeOf } from '#kernel';
import pg from 'pg';
import type { PoolStats } from '../contract/database.js';
import { PoolExhaustedError, toDatabaseError } from '../contract/errors.js';

export interface PostgresPoolOptions {
  name: string;
  uri: string;
  size: number;
  minimum: number;
  connectTimeoutMs: number;
  queryTimeoutMs: number;
  lockTimeoutMs: number;
  idleTimeoutMs: number;
  /** A session may be another's after each transaction: nothing may be set in it, and no statement kept. */
  throughPooler?: boolean;
  /** Settings of its sessions beside those of all. */
  sessionOptions?: string;
  /** Told the seconds and outcome of every call; absent when metrics are off. */
  observe?: (outcome: string, seconds: number) => void;
}

export interface NamedQuery {
  name?: string;
  text: string;
  values?: unknown[];
}

export type RunQuery = <Row>(query: NamedQuery) => Promise<Row[]>;

/**
 * What a database or a role may have set otherwise: dates that `pg` reads as garbage, numbers cut to 15 digits, days that begin at
 * another hour.
 */
export const SESSION_OPTIONS = '-c datestyle=ISO -c extra_float_digits=1 -c timezone=UTC';

/** Whole numbers of any size we count to arrive as numbers, not as text. */
const INT8 = 20;
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * A pool whose calls always end.
 *
 * - waiting for a connection, a query, a lock: each has its limit
 * - a connection that timed out or broke is destroyed, not given back: its late answer would stall the next query behind it
 * - at least `minimum` connections are opened by `warmUp` and kept
 */
export class PostgresPool {
  private readonly pool: pg.Pool;

  constructor(private readonly options: PostgresPoolOptions) {
    this.pool = new pg.Pool({
      connectionString: options.uri,
      application_name: `feedback-loop-${options.name}`,
      max: options.size,
      min: options.minimum,
      connectionTimeoutMillis: options.connectTimeoutMs,
      idleTimeoutMillis: options.idleTimeoutMs,
      query_timeout: options.queryTimeoutMs,
      keepAlive: true,
      types,
      ...(options.throughPooler ? {} : this.settings),
    });
    // A server that restarts closes idle connections; the pool opens new ones. Without a listener the process would end.
    this.pool.on('error', () => undefined);
    // The pool listens only while a connection is idle: one that is cut while in use would end the process too. Whoever uses it
    // is told by its own query.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** What a session of its own is opened with. */
  private get settings(): pg.PoolConfig {
    const { lockTimeoutMs, queryTimeoutMs, sessionOptions } = this.options;
    return {
      statement_timeout: Math.floor(queryTimeoutMs * 0.9),
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: 10_000,
      options: sessionOptions ? `${SESSION_OPTIONS} ${sessionOptions}` : SESSION_OPTIONS,
    };
  }

  /** The same for one transaction. */
  private get localSettings(): string {
    const { lockTimeoutMs, queryTimeoutMs } = this.options;
    return `SET LOCAL statement_timeout = ${Math.floor(queryTimeoutMs * 0.9)}; SET LOCAL lock_timeout = ${lockTimeoutMs}`;
  }

  /** Opens the minimum of connections. */
  async warmUp(): Promise<void> {
    const clients = await Promise.allSettled(
      Array.from({ length: Math.max(1, this.options.minimum) }, () => this.pool.connect()),
    );
    for (const client of clients) if (client.status === 'fulfilled') client.value.release();
    const failed = clients.find((client) => client.status === 'rejected');
    if (failed) throw toDatabaseError(failed.reason);
  }

  async query<Row>(query: NamedQuery): Promise<Row[]> {
    return this.withClient((client) => this.ask<Row>(client, query));
  }

  /** Runs `queries` in one transaction; a single one needs none. */
  async run(queries: readonly NamedQuery[]): Promise<void> {
    if (queries.length === 1) await this.query(queries[0] as NamedQuery);
    else
      await this.transaction(async (query) => {
        for (const each of queries) await query(each);
      });
  }

  /** Runs `work` in one transaction; a failure rolls it back. */
  async transaction<T>(work: (query: RunQuery) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      try {
        await client.query(this.options.throughPooler ? `BEGIN; ${this.localSettings}` : 'BEGIN');
        const result = await work(<Row>(query: NamedQuery) => this.ask<Row>(client, query));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection that will be destroyed takes its transaction along.
        if (!isConnectionSuspect(error)) await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  private async ask<Row>(client: pg.PoolClient, { name, text, values }: NamedQuery): Promise<Row[]> {
    const kept = name !== undefined && !this.options.throughPooler ? { name } : {};
    const answer = await client.query<pg.QueryResultRow>({ ...kept, text, ...(values ? { values } : {}) });
    return answer.rows as Row[];
  }

  stats(): PoolStats {
    const { idleCount, totalCount, waitingCount } = this.pool;
    return {
      pool: this.options.name,
      size: this.options.size,
      total: totalCount,
      idle: idleCount,
      waiting: waitingCount,
    };
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const started = process.hrtime.bigint();
    let outcome = 'ok';
    try {
      const client = await this.connect();
      let failure: unknown;
      try {
        return await work(client);
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        client.release(isConnectionSuspect(failure));
      }
    } catch (error) {
      const mapped = toDatabaseError(error);
      outcome = mapped.code;
      throw mapped;
    } finally {
      this.options.observe?.(outcome, Number(process.hrtime.bigint() - started) / 1e9);
    }
  }

  private async connect(): Promise<pg.PoolClient> {
    const full = this.pool.totalCount >= this.options.size && this.pool.idleCount === 0;
    try {
      return await this.pool.connect();
    } catch (error) {
      // The pool says the same of "all are busy" and "the server does not answer": only the first had all its connections.
      const timedOut = (error as Error).message.includes('timeout exceeded when trying to connect');
      if (timedOut && !full)
        throw Object.assign(new Error('connection attempt timed out', { cause: error }), { code: 'ETIMEDOUT' });
      throw timedOut ? new PoolExhaustedError(error) : error;
    }
  }
}

/** Only an error that the server itself reported leaves the connection in a known state. */
export function isConnectionSuspect(error: unknown): boolean {
  if (error === undefined) return false;
  const code = codeOf(error);
  const { severity } = error as { severity?: string };
  return severity === undefined || code === undefined || code.startsWith('57') || code.startsWith('08');
}
