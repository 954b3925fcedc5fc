import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDatabase } from './databases.js';

export const ROOT = join(__dirname, '..', '..');
/** Not a measure of anything: on a machine that runs everything at once a start may take long. */
const START_MS = 60_000;

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

export interface RequestOptions {
  method?: string;
  /** Default: the admin key. Null: none. */
  key?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Buffer;
}

/** The product as a user runs it: its own process, from `dist`, on a free port of the loopback. */
export class ServerProcess {
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
    const { key = this.adminKey, body, raw } = options;
    const hasBody = body !== undefined || raw !== undefined;
    const response = await fetch(this.address + path, {
      method: options.method ?? (hasBody ? 'POST' : 'GET'),
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...options.headers,
      },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    }).catch((error: unknown) => {
      // A server that ended under the request says in its log why.
      const state = this.process.exitCode ?? this.process.signalCode;
      throw new Error(
        `${path}: ${String((error as Error).cause)}; process ${String(state)}\n${this.output.slice(-3000)}`,
      );
    });
    const text = await response.text();
    const json =
      response.headers.get('content-type')?.includes('json') &&
      !response.headers.get('content-type')?.includes('ndjson');
    return { status: response.status, headers: response.headers, text, body: (json ? JSON.parse(text) : {}) as T };
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
