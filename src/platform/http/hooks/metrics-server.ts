import { createServer, type Server } from 'node:http';
import type { Metrics } from '#observability';

const TIMEOUT_MS = 10_000;

/** Returns the response of a probe, or undefined when there is no probe at the path. */
export type Probe = (path: string) => { status: number; body: object } | undefined;

/**
 * Serves `/metrics` and the probes on a separate port without a key, for networks in which only Prometheus and the
 * kubelet reach that port.
 * @throws the error of `listen`, for example when the port is in use
 */
export async function serveMetricsAndProbes(
  { host, port }: { host: string; port: number },
  metrics: Metrics,
  probe: Probe,
): Promise<Server> {
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const respond = (status: number, type: string, body: string): void => {
      response.writeHead(status, {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') respond(405, 'text/plain', 'GET\n');
    else if (path === '/metrics')
      void metrics.text().then(
        (text) => respond(200, metrics.contentType, text),
        () => respond(500, 'text/plain', 'failed to collect the metrics\n'),
      );
    else {
      const found = probe(path);
      if (found) respond(found.status, 'application/json', JSON.stringify(found.body));
      else respond(404, 'text/plain', 'this port serves /metrics and the probes only\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}
