import { readFileSync } from 'node:fs';
import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** What a client of `pg` needs to connect to an address. */
export interface ConnectionOptions {
  /** The address without the parameters below. */
  connectionString: string;
  ssl?: TlsOptions | false;
  /** Settings of the session, in the form of `psql`'s PGOPTIONS. */
  options?: string;
}

/** Read here, because `pg` gives `sslmode` another meaning than libpq, and lets `options` replace ours. */
const OWN_PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat', 'options'];

/**
 * Reads a PostgreSQL address the way libpq does, so that the address that a provider hands out works here as in psql.
 *
 * - `sslmode=require` encrypts without checking the certificate, unless `sslrootcert` is given; `verify-ca` checks who
 *   signed it, and `verify-full` also the host name.
 * - `options` of the address come first and `sessionOptions` last, because ours keep dates and numbers readable.
 *
 * @throws Error if a file of a certificate or key cannot be read
 */
export function connectionOptions(uri: string, sessionOptions?: string): ConnectionOptions {
  const url = new URL(uri);
  const given = Object.fromEntries(OWN_PARAMETERS.map((name) => [name, url.searchParams.get(name) ?? undefined]));
  for (const name of OWN_PARAMETERS) url.searchParams.delete(name);
  const options = [given.options, sessionOptions].filter((each) => each !== undefined && each !== '').join(' ');
  const ssl = tlsOptions(given);
  return {
    connectionString: url.href,
    ...(ssl === undefined ? {} : { ssl }),
    ...(options === '' ? {} : { options }),
  };
}

function tlsOptions({
  sslcert,
  sslkey,
  sslmode,
  sslrootcert,
}: Record<string, string | undefined>): TlsOptions | false | undefined {
  if (sslmode === undefined || sslmode === 'disable') return sslmode === undefined ? undefined : false;
  // `system` means the certificates of the operating system, which are Node's default.
  const ca = sslrootcert === undefined || sslrootcert === 'system' ? {} : { ca: readFileSync(sslrootcert) };
  const own = sslcert !== undefined && sslkey !== undefined;
  const files = { ...ca, ...(own ? { cert: readFileSync(sslcert), key: readFileSync(sslkey) } : {}) };
  if (sslmode === 'verify-full') return { ...files, rejectUnauthorized: true };
  const verifies = sslmode === 'verify-ca' || (sslmode === 'require' && sslrootcert !== undefined);
  return verifies
    ? { ...files, rejectUnauthorized: true, checkServerIdentity: () => undefined }
    : { ...files, rejectUnauthorized: false };
}
