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

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];
/** Parameters of other programs that name a schema. Ignored silently, the tables would be created in `public`. */
const SCHEMA_PARAMETERS = ['schema', 'search_path', 'currentSchema'];
const POSTGRES_SHAPE =
  'Write it as postgresql://user:password@host:5432/database, with #, %, / and ? of the password encoded as %23, %25, %2F and %3F, or remove it to use SQLite.';
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
  const parsed = parsePostgres('FL_DB_URI', uri);
  if (typeof parsed !== 'string') return parsed;
  const direct = directUri === undefined ? parsed : parsePostgres('FL_DB_DIRECT_URI', directUri);
  return typeof direct === 'string' ? { type: 'postgresql', uri: parsed, directUri: direct } : direct;
}

/** Returns the address in the form that `URL` and the driver read, or what is wrong with it. */
function parsePostgres(variable: string, uri: string): string | ConfigurationProblem {
  const plain = uri
    .replace(/^postgres(?:ql)?(?:\+[a-z0-9]+)?:/i, 'postgresql:')
    // A socket has no host name: `postgresql://user:password@/database?host=/var/run/postgresql`. `host` goes first.
    .replace(/^(postgresql:\/\/[^/?#]*@)(?=\/[^/]*\?(?:.*&)?host=)/, '$1localhost');
  const malformed = problem(variable, 'is not a PostgreSQL address with a host and a database', POSTGRES_SHAPE);
  let url: URL;
  try {
    url = new URL(plain);
    // With an invalid percent escape in the credentials, every connection would fail later.
    decodeURIComponent(url.username + url.password + url.pathname);
  } catch {
    return malformed;
  }
  const host = url.hostname !== '' || url.searchParams.has('host');
  if (!host || url.pathname.length < 2 || url.hash !== '') return malformed;
  return unsupportedParameter(variable, url) ?? plain;
}

function unsupportedParameter(variable: string, url: URL): ConfigurationProblem | undefined {
  const sslMode = url.searchParams.get('sslmode');
  if (sslMode !== null && !SSL_MODES.includes(sslMode))
    return problem(
      variable,
      `has an sslmode that is not supported: ${sslMode}`,
      `Use one of ${SSL_MODES.join(', ')}. allow and prefer would fall back to a connection without TLS.`,
    );
  const schema = SCHEMA_PARAMETERS.find((name) => url.searchParams.has(name));
  if (schema !== undefined)
    return problem(
      variable,
      `has a parameter that PostgreSQL does not know: ${schema}`,
      'Write options=-c%20search_path%3D<schema> instead, or ALTER ROLE … SET search_path.',
    );
  const isCluster = url.hostname.includes(',') || (url.searchParams.get('host') ?? '').includes(',');
  if (isCluster || url.searchParams.has('target_session_attrs'))
    return problem(
      variable,
      'names several hosts or target_session_attrs, which are not supported',
      'Name one address that always leads to the primary, such as that of a proxy or a service.',
    );
  return undefined;
}

function problem(variable: string, text: string, remedy: string): ConfigurationProblem {
  return { variable, problem: text, remedy };
}

/** Returns the address without user and password, for logs. */
export function describeDatabase(database: DatabaseTarget): string {
  if (database.type === 'sqlite') return `sqlite ${database.path}`;
  const url = new URL(database.uri);
  return `postgresql ${url.searchParams.get('host') ?? url.hostname}:${url.port || '5432'}${url.pathname}`;
}
