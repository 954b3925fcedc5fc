import { codeOf } from '#kernel';
import pg from 'pg';
import type { PoolStats } from '../contract/database.js';
import { isProtocolError, PoolExhaustedError, toDatabaseError } from '../contract/errors.js';
import { connectionOptions } from './connection-options.js';

export interface PostgresPoolOptions {
  name: string;
  uri: string;
  size: number;
  minimum: number;
  connectTimeoutMs: number;
  queryTimeoutMs: number;
  lockTimeoutMs: number;
  idleTimeoutMs: number;
  /**
   * A pooler may give the session to another client after each transaction: set nothing in it, and keep no statement.
   */
  throughPooler?: boolean;
  /** Additional settings for the sessions of this pool. */
  sessionOptions?: string;
  /** Called with the outcome and duration (seconds) of every call; undefined when metrics are off. */
  observe?: (outcome: string, seconds: number) => void;
}

export interface NamedQuery {
  name?: string;
  text: string;
  values?: unknown[];
}

export type RunQuery = <Row>(query: NamedQuery) => Promise<Row[]>;

/**
 * Overrides settings of a database or role that would break results: dates that `pg` misreads, numbers cut to 15
 * digits, days that start at another hour.
 */
export const SESSION_OPTIONS = '-c datestyle=ISO -c extra_float_digits=1 -c timezone=UTC';

const durableCommit = (local: boolean): string =>
  "set_config('synchronous_commit', " +
  `CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, ${local})`;

/**
 * Makes the commit of the current transaction durable, whatever the database, the role or the server say. Weaker levels
 * are raised to `on`; `remote_apply` is kept.
 *
 * For one transaction only: a session setting would hide a stronger one that the server is given later, and behind a
 * pooler in transaction mode the next transaction may use another session.
 */
export const DURABLE_COMMIT = durableCommit(true);

/** Does the same for a whole session, for a short one without a pooler. */
export async function commitDurably(client: pg.ClientBase): Promise<void> {
  await client.query(`SELECT ${durableCommit(false)}`);
}

/** Parses bigint as a number, because every integer here fits into one. By default `pg` returns text. */
const INT8 = 20;
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * A pool whose calls always end.
 *
 * - the wait for a connection, a query and a lock each have a limit
 * - a connection that timed out or broke is destroyed, because its late response would stall the next query
 * - `warmUp` opens at least `minimum` connections, which are kept
 */
export class PostgresPool {
  private readonly pool: pg.Pool;

  constructor(private readonly options: PostgresPoolOptions) {
    this.pool = new pg.Pool({
      ...connectionOptions(options.uri, options.throughPooler ? undefined : this.sessionOptions),
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
    // A restarting server closes idle connections; the pool opens new ones. Without a listener the process would end.
    this.pool.on('error', () => undefined);
    // The pool listens only while a connection is idle, so one that is cut while in use would also end the process. Its
    // query reports the error.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  private get sessionOptions(): string {
    const { sessionOptions } = this.options;
    return sessionOptions ? `${SESSION_OPTIONS} ${sessionOptions}` : SESSION_OPTIONS;
  }

  /** Settings with which a session is opened. */
  private get settings(): pg.PoolConfig {
    const { lockTimeoutMs, queryTimeoutMs } = this.options;
    return {
      statement_timeout: Math.floor(queryTimeoutMs * 0.9),
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: 10_000,
    };
  }

  /** Begins a transaction with its settings, in one round trip. */
  private get begin(): string {
    const { lockTimeoutMs, queryTimeoutMs, throughPooler } = this.options;
    const durable = `BEGIN; SELECT ${DURABLE_COMMIT}`;
    if (!throughPooler) return durable;
    return `${durable}; SET LOCAL statement_timeout = ${Math.floor(queryTimeoutMs * 0.9)}; SET LOCAL lock_timeout = ${lockTimeoutMs}`;
  }

  /** Opens the minimum number of connections. */
  async warmUp(): Promise<void> {
    const clients = await Promise.allSettled(
      Array.from({ length: Math.max(1, this.options.minimum) }, () => this.pool.connect()),
    );
    for (const client of clients) if (client.status === 'fulfilled') client.value.release();
    const failed = clients.find((client) => client.status === 'rejected');
    if (failed) throw toDatabaseError(failed.reason);
  }

  async query<Row>(query: NamedQuery): Promise<Row[]> {
    return this.withClient((client) => this.execute<Row>(client, query));
  }

  /** Runs `work` in one durable transaction, which a failure rolls back. */
  async transaction<T>(work: (query: RunQuery) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      try {
        await client.query(this.begin);
        const result = await work(<Row>(query: NamedQuery) => this.execute<Row>(client, query));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // Destroying a connection also ends its transaction.
        if (!isConnectionSuspect(error)) await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  private async execute<Row>(client: pg.PoolClient, { name, text, values }: NamedQuery): Promise<Row[]> {
    const prepared = name !== undefined && !this.options.throughPooler ? { name } : {};
    const result = await client.query<pg.QueryResultRow>({ ...prepared, text, ...(values ? { values } : {}) });
    return result.rows as Row[];
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
      // The pool reports the same error when it is busy and when the server is unresponsive, but only a busy pool is full.
      const timedOut = (error as Error).message.includes('timeout exceeded when trying to connect');
      if (timedOut && !full)
        throw Object.assign(new Error('connection attempt timed out', { cause: error }), { code: 'ETIMEDOUT' });
      throw timedOut ? new PoolExhaustedError(error) : error;
    }
  }
}

/** Returns whether the state of the connection is unknown. It is known only after an error that the server reported. */
export function isConnectionSuspect(error: unknown): boolean {
  if (error === undefined || isProtocolError(error)) return false;
  const code = codeOf(error);
  const { severity } = error as { severity?: string };
  return severity === undefined || code === undefined || code.startsWith('57') || code.startsWith('08');
}
