import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const LOOK_EVERY_MS = 100;

/** A load balancer as Kubernetes has it: each request goes to one of those whose readiness probe answers 200, and is never sent twice. */
export class ProbeProxy {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });
  private readonly backends = new Map<string, boolean>();
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ProbeProxy> {
    const holder: { proxy?: ProbeProxy } = {};
    const server = createServer((incoming, outgoing) => holder.proxy?.pass(incoming, outgoing));
    const proxy = new ProbeProxy(server);
    holder.proxy = proxy;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy.timer = setInterval(() => void proxy.look(), LOOK_EVERY_MS);
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get ready(): string[] {
    return [...this.backends].flatMap(([address, ready]) => (ready ? [address] : []));
  }

  add(address: string): void {
    this.backends.set(address, false);
  }

  remove(address: string): void {
    this.backends.delete(address);
  }

  stop(): void {
    clearInterval(this.timer);
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }

  private async look(): Promise<void> {
    for (const address of this.backends.keys()) {
      const ready = await fetch(`${address}/health/readiness`, { signal: AbortSignal.timeout(1000) }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (this.backends.has(address)) this.backends.set(address, ready);
    }
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { ready } = this;
    const target = ready[this.turn++ % Math.max(1, ready.length)];
    if (target === undefined) {
      outgoing.writeHead(502).end();
      return;
    }
    const { hostname, port } = new URL(target);
    const sent = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers, agent: this.agent },
      (answer) => {
        // What is between it and the server is not the client's.
        const headers = { ...answer.headers };
        delete headers.connection;
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        answer.pipe(outgoing);
      },
    );
    sent.once('error', () => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
    incoming.pipe(sent);
  }
}
