import { isAbsolute, join, resolve } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.js';
import type { DatabaseSettings, DatabaseTarget } from './settings/database.settings.js';

/** Chooses the database by the scheme of its address. Returns a problem instead of falling back silently. */
export function resolveDatabase(
  { directUri, path, type, uri }: Pick<DatabaseSettings, 'directUri' | 'path' | 'type' | 'uri'>,
  dataDir: string,
): DatabaseTarget | ConfigurationProblem {
  if (uri === undefined) {
    if (type === 'postgresql') {
      return problem('FL_DB_URI', 'is missing, but FL_DB_TYPE is postgresql', POSTGRES_SHAPE);
    }
    return { type: 'sqlite', path: resolve(path ?? join(dataDir, 'feedback-loop.db')) };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  const chosen = scheme === undefined ? undefined : SCHEMES[scheme];
  if (chosen === undefined) {
    return problem('FL_DB_URI', 'has a scheme other than postgresql://, postgres:// and sqlite:///', POSTGRES_SHAPE);
  }
  if (type !== undefined && type !== chosen) {
    return problem(
      'FL_DB_TYPE',
      `contradicts FL_DB_URI, which names ${chosen}`,
      'Remove FL_DB_TYPE, or correct one of them.',
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
const POSTGRES_SHAPE = 'Write it as postgresql://user:password@host:5432/database, or remove it to use SQLite.';
const SQLITE_SHAPE = 'Write it as sqlite:///relative/path.db or sqlite:////absolute/path.db.';

function sqlite(uri: string): DatabaseTarget | ConfigurationProblem {
  const rest = uri.slice(uri.indexOf(':') + 1);
  if (!rest.startsWith('///') || rest.length === 3)
    return problem('FL_DB_URI', 'does not name a SQLite file', SQLITE_SHAPE);
  let path: string;
  try {
    path = decodeURIComponent(rest.slice(3).split('?')[0] as string);
  } catch {
    return problem('FL_DB_URI', 'has an invalid percent escape', SQLITE_SHAPE);
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
      'is not a PostgreSQL address with a host and a database, or its sslmode is unknown',
      POSTGRES_SHAPE,
    );
  const direct = directUri === undefined ? parsed : parsePostgres(directUri);
  if (direct === undefined) {
    return problem(
      'FL_DB_DIRECT_URI',
      'is not a PostgreSQL address with a host and a database, or its sslmode is unknown',
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
    // With an invalid percent escape in the credentials, every connection would fail later.
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

/** Returns the address without user and password, for logs. */
export function describeDatabase(database: DatabaseTarget): string {
  if (database.type === 'sqlite') return `sqlite ${database.path}`;
  const url = new URL(database.uri);
  return `postgresql ${url.hostname || url.searchParams.get('host')}:${url.port || '5432'}${url.pathname}`;
}
