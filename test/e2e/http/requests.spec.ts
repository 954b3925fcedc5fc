import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { onBothDatabases } from '../../support/environment.js';
import { until } from '../../support/outage.js';

/** Sends text as it is, and returns what comes until the connection closes. */
function sendRaw(address: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.setTimeout(30_000, () => socket.destroy(new Error('no response')));
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };

onBothDatabases('requests', ({ api, server }) => {
  // S4-24
  it('are served on a thousand connections at the same time, by one process', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1000, maxFreeSockets: 1000 });
    const { hostname, port } = new URL(server.address);
    const key = server.adminKey;
    /** Returns the error, or nothing. */
    const ask = (i: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ text: `connection ${i}` });
        const headers = {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        };
        const sent = request({ hostname, port, path: '/api/v1/predict', method: 'POST', headers, agent }, (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.once('end', () => resolve(answer.statusCode === 200 ? '' : text));
        });
        sent.once('error', reject);
        sent.end(body);
      });
    const errors = (await Promise.all(Array.from({ length: 1000 }, (_, i) => ask(i)))).filter((text) => text !== '');
    const open = Object.values(agent.freeSockets).flat().length;
    agent.destroy();
    expect({ errors: errors.slice(0, 3), open }).toEqual({ errors: [], open: 1000 });
  });

  // S1-03 S1-17
  it.each([
    ['without a Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['with an unknown Expect', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n', 417],
    ['that are not HTTP', 'NOT HTTP\r\n\r\n', 400],
    ['with headers too large', `GET /health HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s get a complete problem: security headers, correlation id and body', async (_, text, status) => {
    const received = await sendRaw(server.address, text);
    const lowerCase = received.toLowerCase();
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(lowerCase).toContain('content-type: application/problem+json');
    expect(lowerCase).toContain('x-content-type-options: nosniff');
    const id = /x-correlation-id: (\S+)/i.exec(received)?.[1];
    expect(received).toContain(`"correlation_id":"${id}"`);
    expect(await api.health({ key: null })).toMatchObject({ status: 200 });
  });

  it('have their own response when text that is not HTTP follows on the connection', async () => {
    const body = JSON.stringify(LOGGED);
    const received = await sendRaw(
      server.address,
      `POST /api/v1/predictions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.adminKey}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}GARBAGE\r\n\r\n`,
    );
    expect(received).not.toContain(' 400 ');
  });

  it('for a tunnel are refused with a problem, also when clients reset the connection', async () => {
    const askForTunnel = () => sendRaw(server.address, 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n');
    const { hostname, port } = new URL(server.address);
    const reset = () =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
          socket.resetAndDestroy();
        });
        socket.on('error', () => undefined).on('close', () => resolve());
      });
    for (let i = 0; i < 20; i++) await reset();
    const received = await askForTunnel();
    expect(received).toMatch(/^HTTP\/1\.1 405 /);
    expect(received).toContain('application/problem+json');
    expect(await server.request('/health/liveness', { key: null })).toMatchObject({ status: 200 });
  });

  it.each(['application/json', 'application/x-ndjson'])(
    'whose client disconnects within a body of %s are not an error of the server',
    async (type) => {
      const { hostname, port } = new URL(server.address);
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write(
            `POST /api/v1/predictions HTTP/1.1\r\nhost: x\r\nx-api-key: ${server.adminKey}\r\ncontent-type: ${type}\r\n` +
              `expect: 100-continue\r\ncontent-length: 100\r\n\r\n`,
          ),
        );
        // The server reads the body now.
        socket.once('data', () => socket.write('{"model"', () => socket.destroy()));
        socket.on('error', reject).on('close', () => resolve());
      });
      // The log is written in order: when it has the next request, it has everything about this one.
      const next = { 'x-correlation-id': crypto.randomUUID() };
      await api.analytics.summary({}, { headers: next });
      await until(async () => server.log.includes(next['x-correlation-id']));
      expect(server.log).not.toContain('"level":"error"');
    },
  );

  it('that are refused before their body has arrived lose the connection, so that no body is sent forever', async () => {
    const received = await sendRaw(
      server.address,
      'POST /api/v1/predictions HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000\r\n\r\n{',
    );
    expect(received).toMatch(/^HTTP\/1\.1 401 /);
    expect(received.toLowerCase()).toContain('connection: close');
  });

  describe.each(['constructor', 'toString', '__proto__'])('with a parameter %s', (name) => {
    it.each(['/api/v1/analytics/summary', '/analytics/summary', '/api/v1/predictions'])(
      'are refused by %s, which names it',
      async (path) => {
        expect(await server.request(`${path}?${name}=1`)).toMatchObject({
          status: 400,
          text: expect.stringContaining(name),
        });
      },
    );
  });
});
