import { connect, createServer, type Server, type Socket } from 'node:net';

type Mode = 'pass' | 'refuse' | 'hang' | 'slow';

const SLOW_MS = 400;

/** Stands between the product and a service: lets everything through, refuses as if it were down, hangs as if it were paused, or
 * is 400 ms slower in each direction's answer. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private mode: Mode = 'pass';

  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly replace: readonly [string, string] | undefined,
  ) {}

  /** `replace`: a text in what clients send, and another one of the same length that is sent in its place. */
  static async to(
    host: string,
    targetPort: number,
    { replace }: { replace?: readonly [string, string] } = {},
  ): Promise<TcpProxy> {
    if (replace && replace[0].length !== replace[1].length) throw new Error('both texts must have the same length');
    const holder: { proxy?: TcpProxy } = {};
    const server = createServer((client) => holder.proxy?.accept(client, host, targetPort));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    holder.proxy = new TcpProxy(server, (server.address() as { port: number }).port, replace);
    return holder.proxy;
  }

  /** `uri` with this proxy in place of its server. */
  through(uri: string): string {
    const url = new URL(uri);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  set(mode: Mode): void {
    this.mode = mode;
    for (const socket of this.sockets) {
      if (mode === 'refuse') socket.destroy();
      else if (mode === 'hang') socket.pause();
      else socket.resume();
    }
  }

  async close(): Promise<void> {
    this.set('refuse');
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket, host: string, port: number): void {
    if (this.mode === 'refuse') {
      client.destroy();
      return;
    }
    const upstream = connect(port, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (received: Buffer) => {
        const chunk = from === client ? this.replaced(received) : received;
        // One direction only: a round trip is 400 ms longer. Timers of one length fire in order, and so do the chunks.
        if (this.mode === 'slow' && from === upstream) setTimeout(() => to.write(chunk), SLOW_MS);
        else to.write(chunk);
      });
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy());
      if (this.mode === 'hang') from.pause();
    }
  }

  private replaced(chunk: Buffer): Buffer {
    if (!this.replace) return chunk;
    const [text, other] = this.replace;
    return Buffer.from(chunk.toString('latin1').replaceAll(text, other), 'latin1');
  }
}
