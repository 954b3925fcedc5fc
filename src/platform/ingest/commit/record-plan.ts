import type { ChangeWork } from '#persistence';
import type { Durability } from './durability.js';
import type { RecordBatch } from './record-batch.js';

/** The response to a request. */
export interface Answer<T> {
  status: number;
  body: T;
}

/** A response, and whether it repeats an earlier one to the same `Idempotency-Key`. */
export interface RecordedAnswer<T> extends Answer<T> {
  replayed: boolean;
}

/** The parts of a request that identify a repetition. `key` is the `Idempotency-Key`, if there is one. */
export interface RepeatableRequest {
  key: string | undefined;
  /** Name of the operation, the same for all of its paths. */
  operation: string;
  body: unknown;
}

/** The records of a request, decided before any of them is stored. */
export interface RecordPlan<T> {
  batch: Omit<RecordBatch, 'claim'>;
  /**
   * Ids of the records, in the order of the request. They become aliases if another server responded to the key first.
   */
  recordIds: readonly string[];
  /** Returns the response for records that are durable in `persisted`. */
  answer(persisted: Durability): Answer<T>;
  /** Returns the response if no record could be stored. Without it, the error is thrown. */
  unrecorded?(error: unknown): Answer<T>;
  /** Runs as soon as the records are durable. */
  recorded?(persisted: Durability): void;
}

/** The change of an administrative request, decided before it is stored. The response has status 201. */
export interface ChangePlan<T> {
  /** The created resource. */
  made: T;
  recordId: string;
  change: ChangeWork;
  /** Converts an error of `change` to the one that is thrown. */
  explain?(error: unknown): unknown;
  /** Runs after the commit. Returns the resource if it has changed since. */
  changed?(): Promise<T | undefined> | undefined;
}
