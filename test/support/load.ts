import { type ServerProcess } from './server-process.js';

export interface LoadResult {
  /** Ids that an answer said are durable. */
  acknowledged: string[];
  /** Responses that said the record was not kept. */
  unrecorded: number;
  /** Statuses other than 200; a connection cut by a kill is not an answer. */
  failures: number[];
  /** Requests that got no answer at all. */
  cut: number;
  /** When each answer came (milliseconds since 1970), and after how many milliseconds. */
  answers: { at: number; ms: number; persisted: string }[];
}

/** The `share` quantile of the latencies, milliseconds. */
export function latency(answers: LoadResult['answers'], share: number): number {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

/** Clients that predict without a pause until `stop` is called; every answer is noted before the next request is sent. */
export class Load {
  readonly result: LoadResult = { acknowledged: [], unrecorded: 0, failures: [], cut: 0, answers: [] };
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
      const started = performance.now();
      try {
        const answer = await server.request<{ id: string | null; persisted: string }>('/api/v1/predict', {
          key,
          body: { text: `client ${number} says ${i}` },
        });
        if (answer.status !== 200) this.result.failures.push(answer.status);
        else if (answer.body.id === null) this.result.unrecorded += 1;
        else this.result.acknowledged.push(answer.body.id);
        this.result.answers.push({
          at: Date.now(),
          ms: performance.now() - started,
          persisted: answer.body.persisted,
        });
      } catch {
        this.result.cut += 1;
        // The process was killed under the request: nothing was acknowledged.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
}
