import type { ChangeWork } from '#persistence';
import type { Durability } from './durability.js';
import type { RecordBatch } from './record-batch.js';

/** What a request is answered with. */
export interface Answer<T> {
  status: number;
  body: T;
}

/** An answer, and whether it was given before to the same `Idempotency-Key`. */
export interface RecordedAnswer<T> extends Answer<T> {
  replayed: boolean;
}

/** How a request may be repeated: its `Idempotency-Key`, if it has one, and what that key stands for. */
export interface RepeatableRequest {
  key: string | undefined;
  /** One name for one operation, by whatever path it is called. */
  operation: string;
  body: unknown;
}

/** What a request wants to record, decided before anything is stored. */
export interface RecordPlan<T> {
  batch: Omit<RecordBatch, 'claim'>;
  /** Ids of the records, in the order of the request: they become aliases when another server has answered the key first. */
  recordIds: readonly string[];
  answer(persisted: Durability): Answer<T>;
  /** The answer when nothing could be recorded; without it, the error is thrown. */
  unrecorded?(error: unknown): Answer<T>;
  /** Runs as soon as the records are durable. */
  recorded?(persisted: Durability): void;
}

/** What an administrative request wants to make, decided before anything is stored; its answer is 201. */
export interface ChangePlan<T> {
  made: T;
  recordId: string;
  change: ChangeWork;
  /** Explains an error of `change`. */
  explain?(error: unknown): unknown;
  /** Runs after the commit; returns what was made, if that has changed since. */
  changed?(): Promise<T | undefined> | undefined;
}
