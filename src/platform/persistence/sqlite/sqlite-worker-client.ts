import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '#kernel';
import { DatabaseUnavailableError, QueryTimeoutError, toDatabaseError } from '../contract/errors.js';
import type { SqliteRequest, SqliteResponse, SqliteWorkerData } from './sqlite-protocol.js';

/** Always the compiled file, even in tests, because the loaders of the main thread do not apply to workers. */
const WORKER_FILE = join(PACKAGE_ROOT, 'dist', 'src', 'platform', 'persistence', 'sqlite', 'sqlite-worker.js');

type RequestBody = SqliteRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

interface Pending {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * One SQLite connection in its own thread.
 *
 * - a request that exceeds its timeout ends the worker, and the next request starts another
 * - a commit that was running then may be on disk or not; the caller may retry, because inserts are idempotent by id
 */
export class SqliteWorkerClient {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  constructor(private readonly data: SqliteWorkerData) {}

  get waiting(): number {
    return this.pending.size;
  }

  request(body: RequestBody, timeoutMs: number): Promise<unknown[]> {
    return this.send((this.worker ??= this.start()), body, timeoutMs);
  }

  /**
   * Returns a function that sends requests to the current worker only. A worker started in between would run the rest
   * of a transaction outside it.
   */
  pinned(): (body: RequestBody, timeoutMs: number) => Promise<unknown[]> {
    const worker = (this.worker ??= this.start());
    return (body, timeoutMs) =>
      this.worker === worker
        ? this.send(worker, body, timeoutMs)
        : Promise.reject(new DatabaseUnavailableError(new Error('the writer was restarted')));
  }

  private send(worker: Worker, body: RequestBody, timeoutMs: number): Promise<unknown[]> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(new QueryTimeoutError()), timeoutMs);
      this.pending.set(id, { resolve, reject, timer });
      worker.postMessage({ ...body, id });
    });
  }

  async close(): Promise<void> {
    const worker = this.worker;
    if (!worker) return;
    await this.request({ kind: 'close' }, 5000).catch(() => undefined);
    this.worker = undefined;
    await worker.terminate();
  }

  private start(): Worker {
    const worker = new Worker(WORKER_FILE, { workerData: this.data });
    worker.on('message', (response: SqliteResponse) => this.settle(response));
    worker.on('error', (error) => {
      if (this.worker === worker) this.fail(toDatabaseError(error));
    });
    worker.on('exit', () => {
      if (this.worker === worker) this.fail(new DatabaseUnavailableError());
    });
    worker.unref();
    return worker;
  }

  private settle(response: SqliteResponse): void {
    const pending = this.pending.get(response.id);
    if (!pending) return;
    this.pending.delete(response.id);
    clearTimeout(pending.timer);
    if ('error' in response)
      pending.reject(toDatabaseError(Object.assign(new Error(response.error.message), response.error)));
    else pending.resolve(response.rows);
  }

  private fail(error: Error): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
    const all = [...this.pending.values()];
    this.pending.clear();
    for (const { reject, timer } of all) {
      clearTimeout(timer);
      reject(error);
    }
  }
}
