import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { prepareApp, serve } from '#app';
import { loadConfig } from '#config';
import { createLogger } from '#observability';
import { AdminClient } from './api/admin-client.js';
import { ApiClient } from './api/api-client.js';
import type { TestDatabase } from './databases.js';
import { type Answer, type RequestOptions, sendRequest, type TestServer } from './http.js';

/**
 * The server in the process of the test, from the sources: a breakpoint works, and `app.get(…)` reaches its parts. It
 * has a socket like any server, but no signals, no `main.ts` and no other process to kill.
 */
export class InProcessServer implements TestServer {
  readonly api = new ApiClient(this);
  readonly admin = new AdminClient(this);
  private running = true;

  private constructor(
    readonly app: NestFastifyApplication,
    readonly address: string,
    private readonly folder: string,
    private readonly lines: string[],
  ) {}

  static async start(database: TestDatabase, settings: Record<string, string> = {}): Promise<InProcessServer> {
    const config = loadConfig({ FL_API_PORT: '0', FL_DRAIN_MS: '0', ...database.environment, ...settings });
    const lines: string[] = [];
    const logger = createLogger(config, { write: (line) => lines.push(line) });
    const app = await prepareApp(config, logger);
    await serve(app, config);
    return new InProcessServer(app, await app.getUrl(), database.folder, lines);
  }

  get adminKey(): string {
    return readFileSync(join(this.folder, 'admin.key'), 'utf8').trim();
  }

  get log(): string {
    return this.lines.join('');
  }

  explain(): string {
    return this.log.slice(-3000);
  }

  async request<T = Record<string, unknown>>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return sendRequest<T>(this, path, options);
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    await this.app.close();
  }
}
