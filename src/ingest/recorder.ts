import { Inject, Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '../config/index.js';
import { Metrics } from '../observability/index.js';
import {
  type BulkInsert,
  type BulkRow,
  DATABASE,
  type Database,
  DatabaseSupervisor,
  DataRefusedError,
  PartitionMissingError,
} from '../persistence/index.js';
import { NotRecordedError, RecordRefusedError } from './errors.js';
import { GroupCommitWriter, type RecordBatch } from './group-commit-writer.js';
import { SpoolService } from './spool-service.js';

/** Where an acknowledged record is durable: visible at once, or on this server's own disk until it is replayed. */
export type Durability = 'database' | 'spool';

const MOST_WAITING_ROWS = 5000;
const MOST_WAITING_BYTES = 16 * 2 ** 20;
const GROUP_ROWS = 1000;
/** Numbers, ids and column names around the texts of a row. */
const ROW_OVERHEAD_BYTES = 400;

/**
 * The one narrow call by which records become durable: predictions now, votes, labels, feedback and metric events as they come.
 *
 * - the database first; when it is away, slow, full or has too much waiting, the spool; when that fails too, the truth
 * - resolves only after one of the two has committed
 * - a record that ran out of time on its way to the database may be in both: its id makes the second time harmless
 */
@Injectable()
export class Recorder {
  private readonly writer: GroupCommitWriter;

  constructor(
    @Inject(DATABASE) database: Database,
    private readonly supervisor: DatabaseSupervisor,
    private readonly spool: SpoolService,
    private readonly metrics: Metrics,
    config: FeedbackLoopConfig,
  ) {
    this.writer = new GroupCommitWriter({
      commit: (groups) => database.commit(groups),
      isDataFault: (error) => error instanceof DataRefusedError || error instanceof PartitionMissingError,
      onCommitted: (rows) => metrics.groupCommitRows.observe(rows),
      onFailed: (error) => {
        metrics.groupCommitFailures.inc({ reason: (error as { code?: string }).code ?? 'unknown' });
        supervisor.reportFailure(error);
      },
      // Two lanes keep PostgreSQL busy while the first waits for its disk; SQLite has one writer.
      lanes: database.dialect.name === 'sqlite' ? 1 : 2,
      budgetMs: config.dbRecordBudgetMs,
      mostRows: MOST_WAITING_ROWS,
      mostBytes: MOST_WAITING_BYTES,
      groupRows: GROUP_ROWS,
    });
    metrics.gauge('ingest_waiting_rows', 'Rows waiting for a group commit.', () => this.writer.waitingRows);
    supervisor.onClosing(() => this.writer.flush());
  }

  /**
   * Makes `rows` durable together. `bytes` estimates the texts they hold.
   * @throws NotRecordedError, QueueFullError (both 503), RecordRefusedError (422)
   */
  async put(insert: BulkInsert, rows: readonly BulkRow[], bytes: number): Promise<Durability> {
    const batch = { insert, rows, bytes: bytes + rows.length * ROW_OVERHEAD_BYTES };
    const started = performance.now();
    const path = await this.store(batch);
    this.metrics.observeAck(path, (performance.now() - started) / 1000);
    return path;
  }

  private async store(batch: RecordBatch): Promise<Durability> {
    // In an outage the answer is known: waiting out the budget would only make every caller slow.
    const failure = this.supervisor.isUp ? await this.toDatabase(batch) : new NotRecordedError();
    if (failure === undefined) return 'database';
    if (failure instanceof RecordRefusedError || this.spool.state === 'off') throw failure;
    await this.spool.put(batch);
    return 'spool';
  }

  private async toDatabase(batch: RecordBatch): Promise<unknown> {
    try {
      await this.writer.put(batch);
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
