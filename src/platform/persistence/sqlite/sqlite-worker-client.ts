import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '#kernel';
import { DatabaseUnavailableError, QueryTimeoutError, toDatabaseError } from '../contract/errors.js';
import type { SqliteRequest, SqliteResponse, SqliteWorkerData } from './sqlite-protocol.js';

/** Always the compiled file: a worker is a process of its own as far as loaders are concerned, also in tests. */
const WORKER_FILE = join(PACKAGE_ROOT, 'dist', 'src', 'platform', 'persistence', 'sqlite', 'sqlite-worker.js');

type RequestBody = SqliteRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

interface Pending {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * One SQLite connection in a thread of its own.
 *
 * - a request that takes longer than its time-out ends the worker; the next request starts another. What was being committed
 *   then may or may not be on disk: inserts are idempotent by id, so the caller may try again
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
   * Several requests to one and the same worker: one that was started in between would run the rest of a transaction outside of it.
   */
  pinned(): (body: RequestBody, timeoutMs: number) => Promise<unknown[]> {
    const worker = (this.worker ??= this.start());
    return (body, timeoutMs) =>
      this.worker === worker
        ? this.send(worker, body, timeoutMs)
        : Promise.reject(new DatabaseUnavailableError(new Error('the writer was started anew')));
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
