import { execFileSync } from 'node:child_process';
import { request } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describeWithCommand } from '../../support/describe-with.js';
import { onSqlite } from '../../support/environment.js';
import { ServerProcess } from '../../support/server-process.js';

const describeWithOpenssl = describeWithCommand('openssl', 'version');

/** Asks without checking the certificate, which no authority has signed. */
function get(url: string): Promise<{ status: number | undefined; hsts: string; protocol: string | null }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { rejectUnauthorized: false }, (answer) => {
      const protocol = (answer.socket as TLSSocket).getProtocol();
      const hsts = String(answer.headers['strict-transport-security']);
      answer.resume().on('end', () => resolve({ status: answer.statusCode, hsts, protocol }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

// S1-21
describeWithOpenssl('HTTPS without a proxy', () => {
  onSqlite(
    'a server with a certificate',
    ({ database, startServer }) => {
      const key = () => join(database.folder, 'tls.key');
      const cert = () => join(database.folder, 'tls.crt');
      beforeAll(() => {
        const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
        const files = ['-keyout', key(), '-out', cert()];
        execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', '-subj', '/CN=localhost', ...files], {
          stdio: 'ignore',
        });
      });

      it('speaks HTTPS, and asks clients to keep to it', async () => {
        const { address } = await startServer({ FL_TLS_CERT_PATH: cert(), FL_TLS_KEY_PATH: key() });
        expect(address).toMatch(/^https:/);
        expect(await get(`${address}/health`)).toEqual({
          status: 200,
          hsts: expect.stringMatching(/^max-age=/),
          protocol: expect.stringMatching(/^TLSv1\.[23]$/),
        });
      });

      it.each([
        ['without its key', () => ({ FL_TLS_CERT_PATH: cert() }), 'FL_TLS_KEY_PATH is missing'],
        [
          'that does not exist',
          () => ({ FL_TLS_CERT_PATH: `${cert()}.absent`, FL_TLS_KEY_PATH: key() }),
          'FL_TLS_CERT_PATH names a file that cannot be read',
        ],
        [
          'in place of its key',
          () => ({ FL_TLS_CERT_PATH: key(), FL_TLS_KEY_PATH: cert() }),
          'not name a certificate and its key',
        ],
      ])('does not start with a certificate %s', async (_, settings, message) => {
        const refused = ServerProcess.spawn({ ...database.environment, ...settings() }, database.folder);
        expect(await refused.exitCode()).toBe(1);
        expect(refused.log).toContain(message);
      });
    },
    { start: false },
  );
});
