import { createServer, type Server } from 'node:http';
import type { Metrics } from '#observability';

const TIMEOUT_MS = 10_000;

/** What a probe answers; undefined: there is none at that path. */
export type Probe = (path: string) => { status: number; body: object } | undefined;

/**
 * `/metrics` and the probes on a port of their own, without a key: for networks in which only Prometheus and the kubelet reach it.
 * @throws the error of listening
 */
export async function serveObservers(
  { host, port }: { host: string; port: number },
  metrics: Metrics,
  probe: Probe,
): Promise<Server> {
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'text/plain', 'GET\n');
    else if (path === '/metrics')
      void metrics.registry.metrics().then(
        (text) => answer(200, metrics.registry.contentType, text),
        () => answer(500, 'text/plain', 'the metrics could not be collected\n'),
      );
    else {
      const found = probe(path);
      if (found) answer(found.status, 'application/json', JSON.stringify(found.body));
      else answer(404, 'text/plain', 'there is /metrics, and the probes\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}
