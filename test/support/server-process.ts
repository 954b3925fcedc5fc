import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminClient } from './api/admin-client.js';
import { ApiClient } from './api/api-client.js';
import type { TestDatabase } from './databases.js';
import { type Answer, type RequestOptions, sendRequest, type TestServer } from './http.js';

export type { Answer, RequestOptions };

export const ROOT = join(__dirname, '..', '..');
/** Not a measure of anything: on a machine that runs everything at once a start may take long. */
const START_MS = 180_000;

/** The product as a user runs it: its own process, from `dist`, on a free port of the loopback. */
export class ServerProcess implements TestServer {
  readonly api = new ApiClient(this);
  readonly admin = new AdminClient(this);
  private output = '';
  private exited: Promise<number | null>;

  private constructor(
    readonly process: ChildProcess,
    private readonly folder: string,
  ) {
    process.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = new Promise((resolve) => process.once('exit', (code) => resolve(code)));
  }

  address = '';

  static async start(database: TestDatabase, environment: Record<string, string> = {}): Promise<ServerProcess> {
    const server = ServerProcess.spawn({ ...database.environment, ...environment }, database.folder);
    await server.listening();
    return server;
  }

  static spawn(
    environment: Record<string, string>,
    folder: string,
    file: string = join(ROOT, 'dist', 'src', 'main.js'),
  ): ServerProcess {
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      env: { PATH: process.env.PATH, FL_API_PORT: '0', FL_DRAIN_MS: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServerProcess(child, folder);
  }

  /** A process that was started in another way. */
  static of(child: ChildProcess, folder: string): ServerProcess {
    return new ServerProcess(child, folder);
  }

  get log(): string {
    return this.output;
  }

  get adminKey(): string {
    return readFileSync(join(this.folder, 'admin.key'), 'utf8').trim();
  }

  async listening(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      const line = this.output.split('\n').find((each) => each.includes('feedback-loop is listening'));
      if (line) {
        this.address = (JSON.parse(line) as { address: string }).address;
        return;
      }
      if (this.process.exitCode !== null)
        throw new Error(`the server ended with ${this.process.exitCode}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the server did not listen within ${START_MS} ms:\n${this.output}`);
  }

  async request<T = Record<string, unknown>>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return sendRequest<T>(this, path, options);
  }

  /** What a request that got no answer says of the server: one that ended says in its log why. */
  explain(): string {
    return `process ${String(this.process.exitCode ?? this.process.signalCode)}\n${this.output.slice(-3000)}`;
  }

  /** Exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    return this.exited;
  }

  async exitCode(): Promise<number | null> {
    return this.exited;
  }
}
