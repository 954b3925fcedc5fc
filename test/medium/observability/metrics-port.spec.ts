import { createServer, type AddressInfo } from 'node:net';
import { onSqliteInProcess } from '../../support/in-process-environment.js';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

// S1-26
onSqliteInProcess(
  'the port of FL_METRICS_PORT',
  ({ restart, server }) => {
    let port: number;
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
      return { status: answer.status, text: await answer.text() };
    };

    beforeAll(async () => {
      port = await freePort();
      await restart({ FL_METRICS_PORT: String(port) });
    });

    it('serves metrics without a key, which the port of the API does not', async () => {
      expect(await ask('/metrics')).toMatchObject({
        status: 200,
        text: expect.stringContaining('feedback_loop_build_info'),
      });
      expect(await server.request('/metrics', { key: null })).toMatchObject({ status: 401 });
    });

    it.each(['/health', '/health/liveness', '/health/readiness', '/health/startup'])(
      'serves %s as the port of the API does',
      async (probe) => {
        expect(await ask(probe)).toEqual({ status: 200, text: (await server.request(probe)).text });
      },
    );

    it('serves nothing else', async () => {
      expect(await ask('/api/v1/predictions')).toMatchObject({ status: 404 });
      expect(await ask('/metrics', { method: 'POST' })).toMatchObject({ status: 405 });
    });
  },
  { start: false },
);
