import { codeOf, isRetryable, type TenantContext } from '#kernel';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { Metrics, traced } from '#observability';
import {
  DatabaseSupervisor,
  DataRefusedError,
  KeysMismatchError,
  PartitionMissingError,
  TenantIsolationCheck,
} from '#persistence';
import { DatabaseWriter } from './database-writer.service.js';
import type { Durability } from './durability.js';
import {
  AlreadyAnsweredError,
  IdempotencyKeyReusedError,
  IdsTakenError,
  NotRecordedError,
  RecordRefusedError,
} from '../errors.js';
import { GroupCommitWriter } from './group-commit-writer.js';
import { type BatchOutcome, type RecordBatch, rowsOf } from './record-batch.js';
import { SpoolService } from '../spool/spool.service.js';

const MAX_WAITING_ROWS = 5000;
const MAX_WAITING_BYTES = 16 * 2 ** 20;
const GROUP_ROWS = 1000;
/** Size of the numbers, ids and column names of a row. */
const ROW_OVERHEAD_BYTES = 400;

/**
 * Makes records durable in the database or the spool.
 *
 * - tries the database first; if it is unavailable, slow, full or has too many waiting records, tries the spool; if
 *   that fails too, throws
 * - resolves only after one of them has committed
 * - a record whose time budget ended during its commit may be in both; its id makes the second commit harmless
 */
@Injectable()
export class Recorder {
  private readonly writer: GroupCommitWriter;

  constructor(
    private readonly target: DatabaseWriter,
    private readonly supervisor: DatabaseSupervisor,
    private readonly spool: SpoolService,
    private readonly metrics: Metrics,
    private readonly isolation: TenantIsolationCheck,
    config: FeedbackLoopConfig,
  ) {
    this.writer = new GroupCommitWriter({
      commit: (batches, isWanted, lane) => target.commit(batches, isWanted, lane),
      isDataFault: (error) => error instanceof DataRefusedError || error instanceof PartitionMissingError,
      onCommitted: (rows) => metrics.groupCommitRows.observe(rows),
      onFailed: (error) => metrics.groupCommitFailures.inc({ reason: codeOf(error) ?? 'unknown' }),
      // With two lanes, PostgreSQL works on one commit while the other waits for the disk. SQLite has one writer.
      lanes: target.database.dialect.name === 'sqlite' ? 1 : 2,
      budgetMs: config.database.recordBudgetMs,
      maxRows: MAX_WAITING_ROWS,
      maxBytes: MAX_WAITING_BYTES,
      groupRows: GROUP_ROWS,
    });
    metrics.gauge('ingest_waiting_rows', 'Rows waiting for a group commit.', () => this.writer.waitingRows);
    supervisor.onClosing(() => this.writer.flush());
  }

  /**
   * Makes the rows of `batch`, which all belong to `tenant`, durable together. Its `bytes` count only the texts of the
   * rows.
   * @throws NotRecordedError, QueueFullError (503), RecordRefusedError, IdempotencyKeyReusedError (422), IdsTakenError
   * (409: the other rows were stored), AlreadyAnsweredError (the `Idempotency-Key` already has a response),
   * TenantMismatchError (500), KeysMismatchError (503)
   */
  async put(tenant: TenantContext, batch: RecordBatch): Promise<Durability> {
    for (const { rows } of batch.parts) this.isolation.entering(tenant, rows);
    const { claim } = batch;
    const answers = claim ? claim.answers.database.length + claim.answers.spool.length : 0;
    const sized = { ...batch, bytes: batch.bytes + answers + rowsOf(batch) * ROW_OVERHEAD_BYTES };
    const started = performance.now();
    const path = await traced('record', { rows: rowsOf(batch) }, () => this.store(sized));
    this.metrics.observeAck(path, (performance.now() - started) / 1000);
    return path;
  }

  /** Resolves when a stream may send its next batch without crowding out single requests. */
  async room(): Promise<void> {
    await (this.target.admits ? this.writer.room() : this.spool.room());
  }

  private async store(batch: RecordBatch): Promise<Durability> {
    // What is encrypted with the keys of this server could be read by no other server, and by none once it has the
    // right ones.
    if (this.supervisor.refusal instanceof KeysMismatchError) throw this.supervisor.refusal;
    // In an outage the commit would fail, and waiting for the time budget would only slow every caller down.
    if (this.target.admits) {
      try {
        throwIfNotStored(await this.writer.put(batch));
        return 'database';
      } catch (error) {
        if (!isForSpool(error) || this.spool.state === 'off') throw error;
      }
    }
    if (this.spool.state === 'off') throw new NotRecordedError();
    throwIfNotStored(await this.spool.put(batch));
    return 'spool';
  }
}

/** Returns whether the spool should take the record. A refusal of the record itself is final. */
function isForSpool(error: unknown): boolean {
  return isRetryable(error) && !(error instanceof RecordRefusedError);
}

function throwIfNotStored(outcome: BatchOutcome | undefined): void {
  if (outcome === undefined) return;
  switch (outcome.kind) {
    case 'replayed':
      throw new AlreadyAnsweredError(outcome.answer);
    case 'key_reused':
      throw new IdempotencyKeyReusedError();
    case 'ids_taken':
      throw new IdsTakenError(outcome.ids);
  }
}
