import { execFileSync, spawnSync } from 'node:child_process';
import { request } from 'node:https';
import { join } from 'node:path';
import { createTestDatabase } from '../support/databases.js';
import { ServerProcess } from '../support/server-process.js';

function get(url: string): Promise<{ status: number; hsts: string; protocol: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      const socket = answer.socket as unknown as { getProtocol(): string };
      const hsts = String(answer.headers['strict-transport-security']);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, hsts, protocol: socket.getProtocol() }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const hasOpenssl = process.env.CI !== undefined || spawnSync('openssl', ['version']).status === 0;

(hasOpenssl ? describe : describe.skip)('S1-21 HTTPS without a proxy (needs openssl to make a certificate)', () => {
  it('is spoken with a certificate and its key, and refused with half of them or with something else', async () => {
    const database = await createTestDatabase('sqlite');
    const [key, cert] = ['tls.key', 'tls.crt'].map((name) => join(database.folder, name)) as [string, string];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    const server = await ServerProcess.start(database, { FL_TLS_CERT_PATH: cert, FL_TLS_KEY_PATH: key });
    expect(server.address).toMatch(/^https:/);
    const answer = await get(`${server.address}/health`);
    expect([answer.status, answer.hsts.startsWith('max-age=')]).toEqual([200, true]);
    expect(['TLSv1.2', 'TLSv1.3']).toContain(answer.protocol);
    await server.stop();
    for (const [environment, said] of [
      [{ FL_TLS_CERT_PATH: cert }, 'FL_TLS_KEY_PATH is missing'],
      [
        { FL_TLS_CERT_PATH: `${cert}.absent`, FL_TLS_KEY_PATH: key },
        'FL_TLS_CERT_PATH names a file that cannot be read',
      ],
      [{ FL_TLS_CERT_PATH: key, FL_TLS_KEY_PATH: cert }, 'not name a certificate and its key'],
    ] as const) {
      const refused = ServerProcess.spawn({ ...database.environment, ...environment }, database.folder);
      expect(await refused.exitCode()).toBe(1);
      expect(refused.log).toContain(said);
    }
  });
});
