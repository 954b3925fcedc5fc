import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PathProxy {
  /** The address of the server behind the proxy, without a slash at the end. */
  address: string;
  close: () => Promise<void>;
}

/** Serves `target` below a path, as nginx does with `location /fl/ { proxy_pass http://target/; }`. */
export async function serveBelow(path: string, target: string): Promise<PathProxy> {
  const server = createServer((incoming, outgoing) => {
    const { headers, method, url = '/' } = incoming;
    if (!url.startsWith(`${path}/`)) {
      outgoing.writeHead(404).end('not below the path');
      return;
    }
    const forwarded = request(target + url.slice(path.length), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
