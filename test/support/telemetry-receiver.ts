import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}

interface Traces {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
}

/** Stands for a collector of traces and for Sentry: accepts everything, and keeps it. */
export class TelemetryReceiver {
  readonly bodies: { path: string; text: string }[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TelemetryReceiver> {
    const receiver = new TelemetryReceiver(
      createServer((request, response) => {
        void receiver.keep(request).then(() => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end('{}');
        });
      }),
    );
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Everything that arrived, to search it for what must not be there. */
  get text(): string {
    return this.bodies.map(({ text }) => text).join('');
  }

  get spans(): Span[] {
    return this.bodies
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ text }) => (JSON.parse(text) as Traces).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async keep(request: IncomingMessage): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    this.bodies.push({ path: request.url ?? '', text });
  }
}
