import type { DataSource, EntityManager } from 'typeorm';
import type { ClockReading } from '#kernel';
import type { DurabilityRisk } from '../durability/durability-risk.js';
import type { BulkInsert, BulkRow } from './bulk-insert.js';
import type { Dialect } from './dialect.js';

/** Rows of one table for one group commit. */
export interface BulkGroup {
  insert: BulkInsert;
  rows: readonly BulkRow[];
  /**
   * Fails the whole commit with `RowsExistError` when a row exists; rows written along with it would count it twice.
   */
  allNew?: boolean;
}

/**
 * One open transaction on its own connection. On SQLite it blocks all other writes: be quick, and await nothing else.
 */
export interface WriteSession {
  insert(groups: readonly BulkGroup[]): Promise<void>;
  /** Returns the rows that did not exist before. */
  insertNew(group: BulkGroup): Promise<BulkRow[]>;
  /** Returns the ids of existing rows whose content differs, for inserts that declare an identity. */
  conflictingIds(groups: readonly BulkGroup[]): Promise<string[]>;
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** Current connections of a pool; `size` is the maximum. */
export interface PoolStats {
  pool: string;
  size: number;
  total: number;
  idle: number;
  waiting: number;
}

/** A standby that serves analytics. */
export interface ReplicaStatus {
  name: string;
  /** `behind`: its lag exceeds the limit. `promoted`: it is no longer a standby, and may hold other data. */
  state: 'up' | 'behind' | 'down' | 'promoted';
  lagMs: number | null;
}

/**
 * Operations that the product needs from a database. Each dialect has one implementation; the address alone selects it.
 *
 * - every method fails within its timeout with one of the errors of `errors.ts`; none waits forever
 */
export interface Database {
  readonly dialect: Dialect;
  readonly dataSource: DataSource;
  /** Opens the database. May be called again after a failure. */
  connect(): Promise<void>;
  close(): Promise<void>;
  /**
   * Makes one cheap round trip on a separate connection, so that a busy pool is not mistaken for a dead database.
   * Returns a reading of the database's clock; undefined if it has none of its own.
   */
  ping(): Promise<ClockReading | undefined>;
  /**
   * Inserts all rows of all groups in one transaction. They are durable when it resolves.
   * @throws RowsExistError for `allNew`
   */
  commit(groups: readonly BulkGroup[]): Promise<void>;
  /** Runs several statements in one transaction on the ingest path, for rows that depend on existing rows. */
  write<T>(work: (session: WriteSession) => Promise<T>): Promise<T>;
  /** Reads for lists and analytics, limited in time and number of calls. Parameters are `$1`, `$2`, … */
  read<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** Reads like `read` for queries that tolerate a lag, from a database replica if one is recent enough. */
  analyze<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** Returns the time up to which `analyze` sees every commit, in milliseconds since 1970; null: there is no lag. */
  analyzesAsOf(): number | null;
  replicas(): ReplicaStatus[];
  /** Looks up rows by key, for requests that wait for the result. */
  lookup<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** Runs an administrative write in one transaction, which excludes other writes on SQLite. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** Releases some of the space of deleted rows to the volume. Returns whether more remains. */
  compact(): Promise<boolean>;
  sizeBytes(): Promise<number>;
  /** Returns what can undo a commit. Works before `connect`. */
  durabilityRisks(): Promise<DurabilityRisk[]>;
  pools(): PoolStats[];
}
