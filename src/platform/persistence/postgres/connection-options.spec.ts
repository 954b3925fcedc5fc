import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOptions } from './connection-options.js';

const address = (query: string): string => `postgresql://u:p@h:5432/db?${query}`;

describe('the options of a PostgreSQL connection', () => {
  it.each([
    ['sslmode=disable', false],
    ['sslmode=require', { rejectUnauthorized: false }],
    ['sslmode=no-verify', { rejectUnauthorized: false }],
    ['sslmode=verify-full', { rejectUnauthorized: true }],
    ['sslmode=verify-full&sslrootcert=system', { rejectUnauthorized: true }],
    ['sslmode=verify-ca', { rejectUnauthorized: true, checkServerIdentity: expect.any(Function) as unknown }],
  ])('read %s as libpq does', (query, ssl) => {
    expect(connectionOptions(address(query))).toEqual({ connectionString: 'postgresql://u:p@h:5432/db', ssl });
  });

  it('check the certificate with sslmode=require if its authority is given', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'feedback-loop-ca-')), 'ca.pem');
    writeFileSync(file, 'authority');
    expect(connectionOptions(address(`sslmode=require&sslrootcert=${file}`))).toMatchObject({
      ssl: { rejectUnauthorized: true, ca: Buffer.from('authority') },
    });
  });

  it('leave everything else in the address', () => {
    const uri = 'postgresql://u:p%23@localhost/db?host=%2Fvar%2Frun&channel_binding=require';
    expect(connectionOptions(uri)).toEqual({ connectionString: uri });
  });

  it('join the settings of the address with ours, which come last and so win', () => {
    expect(connectionOptions(address('options=-c%20search_path%3Dx'), '-c datestyle=ISO')).toEqual({
      connectionString: 'postgresql://u:p@h:5432/db',
      options: '-c search_path=x -c datestyle=ISO',
    });
  });
});
