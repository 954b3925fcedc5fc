import { type ServerProcess } from './server-process.js';

export interface LoadResult {
  /** Ids that an answer said are durable. */
  acknowledged: string[];
  /** Answers that said the record was not kept. */
  unrecorded: number;
  /** Statuses other than 200; a connection cut by a kill is not an answer. */
  failures: number[];
}

/** Clients that predict without a pause until `stop` is called; every answer is noted before the next request is sent. */
export class Load {
  readonly result: LoadResult = { acknowledged: [], unrecorded: 0, failures: [] };
  private running = true;
  private readonly clients: Promise<void>[];

  constructor(server: ServerProcess, key: string, clients: number) {
    this.clients = Array.from({ length: clients }, (_, i) => this.client(server, key, i));
  }

  async stop(): Promise<LoadResult> {
    this.running = false;
    await Promise.all(this.clients);
    return this.result;
  }

  private async client(server: ServerProcess, key: string, number: number): Promise<void> {
    for (let i = 0; this.running; i++) {
      try {
        const answer = await server.request<{ id: string | null; persisted: string }>('/api/v1/predict', {
          key,
          body: { text: `client ${number} says ${i}` },
        });
        if (answer.status !== 200) this.result.failures.push(answer.status);
        else if (answer.body.id === null) this.result.unrecorded += 1;
        else this.result.acknowledged.push(answer.body.id);
      } catch {
        // The process was killed under the request: nobody promised anything.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
}
