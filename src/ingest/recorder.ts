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
} from '../persistence/index.js';
import { NotRecordedError } from './errors.js';
import { GroupCommitWriter } from './group-commit-writer.js';

/** Where an acknowledged record is durable. */
export type Durability = 'database';

const MOST_WAITING_ROWS = 5000;
const MOST_WAITING_BYTES = 16 * 2 ** 20;
const GROUP_ROWS = 1000;
/** Numbers, ids and column names around the texts of a row. */
const ROW_OVERHEAD_BYTES = 400;

/**
 * The one narrow call by which records become durable: predictions now, votes, labels, feedback and metric events as they come.
 * Resolves only after the record is on disk; rejects when that is not known.
 */
@Injectable()
export class Recorder {
  private readonly writer: GroupCommitWriter;

  constructor(
    @Inject(DATABASE) database: Database,
    private readonly supervisor: DatabaseSupervisor,
    private readonly metrics: Metrics,
    config: FeedbackLoopConfig,
  ) {
    this.writer = new GroupCommitWriter({
      commit: (groups) => database.commit(groups),
      isDataFault: (error) => error instanceof DataRefusedError,
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
    // In an outage the answer is known: waiting out the budget would only make every caller slow.
    if (!this.supervisor.isUp) throw new NotRecordedError();
    const started = performance.now();
    await this.writer.put({ insert, rows, bytes: bytes + rows.length * ROW_OVERHEAD_BYTES });
    this.metrics.observeAck('database', (performance.now() - started) / 1000);
    return 'database';
  }
}
