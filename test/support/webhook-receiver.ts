import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEvent {
  headers: IncomingHttpHeaders;
  text: string;
  body: { id: string; type: string; created_at: string; tenant: string; data: Record<string, unknown> };
}

/** The receiver of a webhook: keeps each event, and responds with `status`. */
export class WebhookReceiver {
  readonly events: ReceivedEvent[] = [];
  status = 200;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        receiver.events.push({ headers: request.headers, text, body: JSON.parse(text) as ReceivedEvent['body'] });
        response
          .writeHead(receiver.status, receiver.status === 302 ? { location: 'http://127.0.0.1:1/' } : {})
          .end('thanks');
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

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
