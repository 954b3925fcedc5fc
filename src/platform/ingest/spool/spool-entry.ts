import type { ClockMark } from '#kernel';
import type { BulkRow } from '#persistence';
import type { Claim } from '../idempotency/claim.js';

/** A waiting entry with its sealed body. `created_at` is in milliseconds since 1970. */
export interface SpooledRow {
  seq: number;
  id: string;
  kind: string;
  schema_version: number;
  body: Buffer;
  created_at: number;
}

/** Rows by table that become durable together, and the claim of the key that they were sent with. */
export interface EntryBody {
  parts: [table: string, rows: BulkRow[]][];
  claim?: Claim;
  /** State of the server's clock when it accepted the rows. Entries of previous versions lack it. */
  clock?: ClockMark;
}

/** A waiting entry: one record, or several that belong together. */
export interface SpooledEntry extends EntryBody {
  seq: number;
  id: string;
  kind: string;
}

/** An acknowledged record that the database refused. Times are in milliseconds since 1970. */
export interface DeadLetter {
  id: string;
  kind: string;
  reason: string;
  created_at: number;
  died_at: number;
}

export interface SpoolStats {
  rows: number;
  /** Milliseconds since 1970; null if no record waits. */
  oldestAt: number | null;
  deadLetters: number;
  bytes: number;
  maxBytes: number;
}

export interface SpoolOptions {
  folder: string;
  maxBytes: number;
  now: () => number;
  /** Returns the present state of the server's clock, which is kept with each entry. */
  markClock?: () => ClockMark;
}
