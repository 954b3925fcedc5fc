import type { DataSource, EntityManager } from 'typeorm';
import type { BulkInsert, BulkRow } from './bulk-insert.js';
import type { Dialect } from './dialect.js';

/** Rows of one table for one group commit. */
export interface BulkGroup {
  insert: BulkInsert;
  rows: readonly BulkRow[];
  /** The whole commit fails with `RowsKnownError` when one of them is there already: what rides along would count it twice. */
  allNew?: boolean;
}

/** One open transaction on a connection of its own. On SQLite nothing else is written meanwhile: be quick, await nothing else. */
export interface WriteSession {
  insert(groups: readonly BulkGroup[]): Promise<void>;
  /** Answers the rows that were not there before. */
  insertNew(group: BulkGroup): Promise<BulkRow[]>;
  /** Ids of rows that are there with another content than the one given; only for inserts that declare an identity. */
  takenIds(groups: readonly BulkGroup[]): Promise<string[]>;
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** Connections of one pool at this moment; `size` is the most there can be. */
export interface PoolStats {
  pool: string;
  size: number;
  total: number;
  idle: number;
  waiting: number;
}

/** A standby that analytics are read from. */
export interface ReplicaStatus {
  name: string;
  /** `behind`: further than allowed. `promoted`: it is no standby any more, and may hold what the primary does not. */
  state: 'up' | 'behind' | 'down' | 'promoted';
  lagMs: number | null;
}

/**
 * What a database must do for the product; one implementation for each dialect, chosen by the address alone.
 *
 * Every method fails within its time-out with one of the errors of `errors.ts`; none waits for ever.
 */
export interface Database {
  readonly dialect: Dialect;
  readonly dataSource: DataSource;
  /** Opens what must be open; may be called again after it failed. */
  connect(): Promise<void>;
  close(): Promise<void>;
  /** One cheap round trip on a connection of its own, so that a busy pool is not mistaken for a dead database. */
  ping(): Promise<void>;
  /** Inserts all rows of all groups in one transaction. Durable when it resolves. @throws RowsKnownError for `allNew` */
  commit(groups: readonly BulkGroup[]): Promise<void>;
  /** Several statements in one transaction on the ingest path, in which a row may depend on what is there. */
  write<T>(work: (session: WriteSession) => Promise<T>): Promise<T>;
  /** Lists and analytics: bounded in time and number, `$1` style parameters. */
  read<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** The same for questions that may be answered a little late: from a replica where there is one that is near enough. */
  analyze<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** What `analyze` answers now holds at least what was committed by then, milliseconds since 1970; null: everything. */
  analyzesAsOf(): number | null;
  replicas(): ReplicaStatus[];
  /** Point look-ups that requests wait for. */
  lookup<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** Administrative writes, in one transaction that is alone on SQLite. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** Gives some of the space of deleted rows back to the volume. Answers whether there is more. */
  compact(): Promise<boolean>;
  sizeBytes(): Promise<number>;
  pools(): PoolStats[];
}
