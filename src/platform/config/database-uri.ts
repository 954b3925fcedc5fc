import { isAbsolute, join, resolve } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.js';
import type { DatabaseSettings, DatabaseTarget } from './settings/database.settings.js';

/** Chooses the database by the scheme of the address. Returns a problem, never a silent fallback. */
export function resolveDatabase(
  { directUri, path, type, uri }: Pick<DatabaseSettings, 'directUri' | 'path' | 'type' | 'uri'>,
  dataDir: string,
): DatabaseTarget | ConfigurationProblem {
  if (uri === undefined) {
    if (type === 'postgresql') {
      return problem('FL_DB_URI', 'is missing although FL_DB_TYPE is postgresql', POSTGRES_SHAPE);
    }
    return { type: 'sqlite', path: resolve(path ?? join(dataDir, 'feedback-loop.db')) };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  const chosen = scheme === undefined ? undefined : SCHEMES[scheme];
  if (chosen === undefined) {
    return problem(
      'FL_DB_URI',
      'has a scheme that is none of postgresql://, postgres:// and sqlite:///',
      POSTGRES_SHAPE,
    );
  }
  if (type !== undefined && type !== chosen) {
    return problem(
      'FL_DB_TYPE',
      `contradicts FL_DB_URI, which names ${chosen}`,
      'Remove FL_DB_TYPE, or correct one of the two.',
    );
  }
  return chosen === 'sqlite' ? sqlite(uri) : postgresql(uri, directUri);
}

const SCHEMES: Record<string, 'sqlite' | 'postgresql'> = {
  sqlite: 'sqlite',
  'sqlite+aiosqlite': 'sqlite',
  postgres: 'postgresql',
  postgresql: 'postgresql',
  'postgresql+asyncpg': 'postgresql',
  'postgresql+psycopg2': 'postgresql',
};

const SSL_MODES = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);
const POSTGRES_SHAPE = 'Write it as postgresql://user:password@host:5432/database, or leave it away to use SQLite.';
const SQLITE_SHAPE = 'Write it as sqlite:///relative/path.db or sqlite:////absolute/path.db.';

function sqlite(uri: string): DatabaseTarget | ConfigurationProblem {
  const rest = uri.slice(uri.indexOf(':') + 1);
  if (!rest.startsWith('///') || rest.length === 3) return problem('FL_DB_URI', 'names no SQLite file', SQLITE_SHAPE);
  let path: string;
  try {
    path = decodeURIComponent(rest.slice(3).split('?')[0] as string);
  } catch {
    return problem('FL_DB_URI', 'has a broken percent escape', SQLITE_SHAPE);
  }
  if (path.includes('\0') || path.endsWith('/') || path === ':memory:') {
    return problem('FL_DB_URI', 'does not name a file on disk', SQLITE_SHAPE);
  }
  return { type: 'sqlite', path: isAbsolute(path) ? path : resolve(path) };
}

function postgresql(uri: string, directUri: string | undefined): DatabaseTarget | ConfigurationProblem {
  const parsed = parsePostgres(uri);
  if (parsed === undefined)
    return problem(
      'FL_DB_URI',
      'is not a PostgreSQL address with a host, a database and, if any, a known sslmode',
      POSTGRES_SHAPE,
    );
  const direct = directUri === undefined ? parsed : parsePostgres(directUri);
  if (direct === undefined) {
    return problem(
      'FL_DB_DIRECT_URI',
      'is not a PostgreSQL address with a host, a database and, if any, a known sslmode',
      POSTGRES_SHAPE,
    );
  }
  return { type: 'postgresql', uri: parsed, directUri: direct };
}

function parsePostgres(uri: string): string | undefined {
  const plain = uri.replace(/^postgres(?:ql)?(?:\+[a-z0-9]+)?:/i, 'postgresql:');
  try {
    const url = new URL(plain);
    const host = url.hostname !== '' || url.searchParams.has('host');
    if (!host || url.pathname.length < 2) return undefined;
    // Credentials with a broken percent escape would make every connection throw later.
    decodeURIComponent(url.username + url.password + url.pathname);
    const sslMode = url.searchParams.get('sslmode');
    if (sslMode !== null && !SSL_MODES.has(sslMode)) return undefined;
    return plain;
  } catch {
    return undefined;
  }
}

function problem(variable: string, text: string, remedy: string): ConfigurationProblem {
  return { variable, problem: text, remedy };
}

/** The address without its password, for logs. */
export function describeDatabase(database: DatabaseTarget): string {
  if (database.type === 'sqlite') return `sqlite ${database.path}`;
  const url = new URL(database.uri);
  return `postgresql ${url.hostname || url.searchParams.get('host')}:${url.port || '5432'}${url.pathname}`;
}
