import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedEvent {
  headers: IncomingHttpHeaders;
  text: string;
  body: { id: string; type: string; created_at: string; tenant: string; data: Record<string, unknown> };
}

/** The receiver of a webhook: keeps each event, and responds with `status`. */
export class WebhookReceiver {
  readonly events: ReceivedEvent[] = [];
  /** Every connection that was ever opened. */
  readonly connections = new Set<Socket>();
  status = 200;
  /** A response waits for the promise that this returns. */
  gate: (event: ReceivedEvent) => Promise<unknown> | undefined = () => undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('connection', (socket) => receiver.connections.add(socket));
    server.on('request', (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const event = { headers: request.headers, text, body: JSON.parse(text) as ReceivedEvent['body'] };
        receiver.events.push(event);
        void Promise.resolve(receiver.gate(event)).then(() =>
          response
            .writeHead(receiver.status, receiver.status === 302 ? { location: 'http://127.0.0.1:1/' } : {})
            .end('thanks'),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  eventsOf(type: string): ReceivedEvent[] {
    return this.events.filter(({ body }) => body.type === type);
  }

  /** Whether an event about the record `id` has arrived. */
  hasEventAbout(id: string): boolean {
    return this.events.some(({ body }) => body.data.id === id);
  }

  /** Closes every connection, as a receiver that restarts. */
  disconnect(): void {
    this.server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
