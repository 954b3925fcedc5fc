import { isRetryable } from '#kernel';
import { NotRecordedError, QueueFullError, RecordRefusedError } from '../errors.js';
import { type BatchOutcome, type BatchOutcomes, type RecordBatch, rowsOf } from './record-batch.js';

export interface GroupCommitOptions {
  /**
   * Commits a group. `isWanted` returns false once no caller waits for the group, so that retries may stop. `lane`
   * counts from 0; no two commits of one lane run at the same time.
   */
  commit(batches: readonly RecordBatch[], isWanted: () => boolean, lane: number): Promise<BatchOutcomes>;
  /** Returns whether single rows caused a failure, so that the rest of the group may succeed without them. */
  isDataFault(error: unknown): boolean;
  onCommitted?(rows: number): void;
  onFailed?(error: unknown): void;
  lanes: number;
  budgetMs: number;
  maxRows: number;
  maxBytes: number;
  groupRows: number;
}

/** A group is one parameter of one statement, which this limits. */
const GROUP_BYTES = 4 * 2 ** 20;

interface Waiting {
  batch: RecordBatch;
  rows: number;
  resolve(outcome: BatchOutcome | undefined): void;
  reject(error: Error): void;
  /** In milliseconds of the monotonic clock. */
  deadline: number;
  settled: boolean;
}

/**
 * Commits batches in groups: the batches that arrive during a commit form the next group.
 *
 * - no timer: a free lane takes the queue immediately, so that a single record never waits for others
 * - `put` resolves only after the commit; a batch is atomic and never split
 * - bounded: while more than `maxRows` or `maxBytes` would wait, new batches are refused immediately
 * - each batch has a deadline; after it the batch is rejected as not recorded, and dropped if its commit has not
 *   started
 * - a group that the database refuses because of its data is halved until the bad batch is alone; the others succeed
 */
export class GroupCommitWriter {
  private queue: Waiting[] = [];
  private unsettled: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private rows = 0;
  private bytes = 0;
  private readonly freeLanes: number[];
  private idle: (() => void)[] = [];
  private roomWaiters: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions) {
    this.freeLanes = Array.from({ length: options.lanes }, (_, lane) => lane);
  }

  get waitingRows(): number {
    return this.rows;
  }

  /**
   * Stores a batch. Returns its outcome; undefined if it was simply stored.
   * @throws QueueFullError (503) immediately; NotRecordedError (503) when the deadline has passed or the commit fails;
   * RecordRefusedError (422) when the database refuses the data of this batch
   */
  put(batch: RecordBatch): Promise<BatchOutcome | undefined> {
    const { budgetMs, maxBytes, maxRows } = this.options;
    const rows = rowsOf(batch);
    const full = this.rows + rows > maxRows || this.bytes + batch.bytes > maxBytes;
    // A batch is always accepted into an empty queue. Otherwise one that exceeds the bounds could never be stored.
    if (full && this.queue.length > 0) {
      return Promise.reject(new QueueFullError());
    }
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + budgetMs;
      const waiting: Waiting = { batch, rows, resolve, reject, deadline, settled: false };
      this.queue.push(waiting);
      this.unsettled.push(waiting);
      this.rows += rows;
      this.bytes += batch.bytes;
      this.watchDeadlines();
      this.pump();
    });
  }

  /** Resolves when the queue is at most half full. Streams wait for it, so that single requests still find room. */
  async room(): Promise<void> {
    while (!this.hasRoom) await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
  }

  private get hasRoom(): boolean {
    return this.rows <= this.options.maxRows / 2 && this.bytes <= this.options.maxBytes / 2;
  }

  /** Resolves when no batch waits and no commit is running. */
  async flush(): Promise<void> {
    if (this.isIdle) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** One timer is enough: all batches have the same budget, so that deadlines are in the order of arrival. */
  private watchDeadlines(): void {
    const [oldest] = this.unsettled;
    if (this.timer !== undefined || oldest === undefined) return;
    const expire = (): void => {
      this.timer = undefined;
      const now = performance.now();
      for (const waiting of this.unsettled) if (waiting.deadline <= now) settle(waiting, new NotRecordedError());
      this.unsettled = this.unsettled.filter(({ settled }) => !settled);
      this.watchDeadlines();
    };
    this.timer = setTimeout(expire, Math.max(1, Math.ceil(oldest.deadline - performance.now())));
  }

  private pump(): void {
    while (this.freeLanes.length > 0 && this.queue.length > 0) {
      const group = this.takeGroup();
      if (group.length === 0) continue;
      const lane = this.freeLanes.pop() as number;
      void this.commit(group, lane).finally(() => {
        this.freeLanes.push(lane);
        this.pump();
        if (this.isIdle) this.becomeIdle();
      });
    }
  }

  private get isIdle(): boolean {
    return this.freeLanes.length === this.options.lanes && this.queue.length === 0;
  }

  private becomeIdle(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.unsettled = [];
    this.idle.splice(0).forEach((resolve) => resolve());
  }

  private takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let rows = 0;
    let taken = 0;
    let bytes = 0;
    for (const waiting of this.queue) {
      const tooMuch = rows + waiting.rows > this.options.groupRows || bytes + waiting.batch.bytes > GROUP_BYTES;
      if (group.length > 0 && tooMuch) break;
      bytes += waiting.batch.bytes;
      taken += 1;
      this.rows -= waiting.rows;
      this.bytes -= waiting.batch.bytes;
      if (waiting.settled) continue;
      group.push(waiting);
      rows += waiting.rows;
    }
    this.queue = this.queue.slice(taken);
    if (this.roomWaiters.length > 0 && this.hasRoom) this.roomWaiters.splice(0).forEach((resolve) => resolve());
    return group;
  }

  private async commit(group: Waiting[], lane: number): Promise<void> {
    try {
      const isWanted = (): boolean => group.some(({ settled }) => !settled);
      const outcomes = await this.options.commit(
        group.map(({ batch }) => batch),
        isWanted,
        lane,
      );
      this.options.onCommitted?.(group.reduce((sum, { rows }) => sum + rows, 0));
      for (const waiting of group) settle(waiting, undefined, outcomes.get(waiting.batch));
    } catch (error) {
      if (!this.options.isDataFault(error)) {
        this.options.onFailed?.(error);
        for (const waiting of group) settle(waiting, new NotRecordedError(error));
      } else if (group.length === 1) {
        // A missing partition is the server's fault: the record may go to the spool. The rest of the group was stored.
        settle(group[0] as Waiting, isRetryable(error) ? new NotRecordedError(error) : new RecordRefusedError(error));
      } else {
        const half = Math.ceil(group.length / 2);
        await this.commit(group.slice(0, half), lane);
        await this.commit(group.slice(half), lane);
      }
    }
  }
}

function settle(waiting: Waiting, error?: Error, outcome?: BatchOutcome): void {
  if (waiting.settled) return;
  waiting.settled = true;
  if (error) waiting.reject(error);
  else waiting.resolve(outcome);
}
