import { ConfigurationError } from './configuration-error.js';
import { configurationPage, envExample, maskedConfig } from './describe-config.js';
import { type Environment, loadConfig, splitKey, unknownVariables } from './load-config.js';

const problems = (environment: Environment): string => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ variable, problem, remedy }) => `${variable} ${problem}. ${remedy}`).join('\n');
    throw error;
  }
  return '';
};

describe('loadConfig', () => {
  it('S0-09 S0-10 S0-16 S0-46 needs no settings: uses SQLite in the data folder and port 8000 on loopback', () => {
    const config = loadConfig({});
    expect(config.database.target).toEqual({
      type: 'sqlite',
      path: expect.stringMatching(/\/data\/feedback-loop\.db$/),
    });
    expect([config.server.host, config.server.port, config.retention.days, config.security.apiKeyRequired]).toEqual([
      '127.0.0.1',
      8000,
      90,
      true,
    ]);
  });

  it('S0-05 S0-12 to S0-15 reads FL_ variables', () => {
    const config = loadConfig({
      FL_API_HOST: '0.0.0.0',
      FL_API_PORT: '9000',
      FL_API_DEBUG: 'true',
      FL_DB_URI: 'postgresql://user:password@db.example.com/feedback_loop',
      FL_DB_POOL_SIZE: '20',
      FL_DB_AUTO_MIGRATE: '1',
      FL_LOG_FORMAT: 'json',
    });
    expect(config).toMatchObject({
      server: { host: '0.0.0.0', port: 9000 },
      logging: { level: 'debug', format: 'json' },
      database: { poolSize: 20, autoMigrate: true },
    });
    expect(config.database.target).toMatchObject({
      type: 'postgresql',
      uri: 'postgresql://user:password@db.example.com/feedback_loop',
    });
  });

  it.each([
    ['sqlite:///relative/file.db', { type: 'sqlite', path: expect.stringMatching(/\/relative\/file\.db$/) }],
    ['sqlite:////absolute/file.db', { type: 'sqlite', path: '/absolute/file.db' }],
    ['sqlite+aiosqlite:///./feedback.db', { type: 'sqlite', path: expect.stringMatching(/\/feedback\.db$/) }],
    [
      'postgresql+asyncpg://u:p@h/db',
      { type: 'postgresql', uri: 'postgresql://u:p@h/db', directUri: 'postgresql://u:p@h/db' },
    ],
    [
      'postgres://u@h:6000/db',
      { type: 'postgresql', uri: 'postgresql://u@h:6000/db', directUri: 'postgresql://u@h:6000/db' },
    ],
  ])('S0-06 S0-07 S0-26 understands %s', (uri, expected) => {
    expect(loadConfig({ FL_DB_URI: uri }).database.target).toEqual(expected);
  });

  it.each([
    ['mysql://u@h/db', 'FL_DB_URI has a scheme'],
    ['not an address', 'FL_DB_URI has a scheme'],
    ['sqlite:file.db', 'FL_DB_URI does not name a SQLite file'],
    ['sqlite:///', 'FL_DB_URI does not name a SQLite file'],
    ['sqlite:///folder/', 'does not name a file'],
    ['postgresql://', 'FL_DB_URI is not a PostgreSQL address'],
    ['postgresql://host', 'FL_DB_URI is not a PostgreSQL address'],
    ['postgresql://u:%zz@h/db', 'FL_DB_URI is not a PostgreSQL address'],
    ['postgresql://u:a#b@h/db', 'FL_DB_URI is not a PostgreSQL address'],
  ])('S0-07 S0-08 S0-27 refuses the address %s and shows a valid one', (uri, message) => {
    expect(problems({ FL_DB_URI: uri })).toContain(message);
    expect(problems({ FL_DB_URI: uri })).toMatch(/Write it as (?:postgresql|sqlite):\/\//);
  });

  it('S0-11 reports a missing address and a contradiction instead of falling back', () => {
    expect(problems({ FL_DB_TYPE: 'postgresql' })).toContain('FL_DB_URI is missing');
    expect(problems({ FL_DB_TYPE: 'sqlite', FL_DB_URI: 'postgresql://h/db' })).toContain('FL_DB_TYPE contradicts');
    expect(problems({ FL_DB_TYPE: 'oracle' })).toContain('FL_DB_TYPE');
  });

  it('S0-08 names all invalid variables with problem and remedy, but never a value', () => {
    const text = problems({
      FL_API_PORT: 'eighty-secret',
      FL_LOG_LEVEL: 'loud-secret',
      FL_DB_AUTO_MIGRATE: 'perhaps-secret',
      FL_RETENTION_DAYS: '0',
      FL_API_KEYS: 'short-secret:read',
      FL_SECRET_KEY: 'short-secret',
      FL_DB_POOL_MIN: '50',
      FL_PUBLIC_ROUTES: 'everything-secret',
    });
    for (const name of [
      'FL_API_PORT',
      'FL_LOG_LEVEL',
      'FL_DB_AUTO_MIGRATE',
      'FL_RETENTION_DAYS',
      'FL_API_KEYS',
      'FL_SECRET_KEY',
      'FL_DB_POOL_MIN',
      'FL_PUBLIC_ROUTES',
    ]) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain('-secret');
  });

  it.each(['10.0.0.0/99', ':::', '2,10.0.0.0/8', 'proxy'])('refuses %s as trusted proxies', (value) => {
    expect(problems({ FL_TRUSTED_PROXIES: value })).toContain('FL_TRUSTED_PROXIES');
  });

  it.each(['2', '10.0.0.0/8,192.168.1.1', '::1/128'])('accepts %s as trusted proxies', (value) => {
    expect(problems({ FL_TRUSTED_PROXIES: value })).toBe('');
  });

  it('opens everything without a key only on a loopback address', () => {
    expect(loadConfig({ FL_API_KEY_REQUIRED: 'false' }).security.apiKeyRequired).toBe(false);
    expect(problems({ FL_API_KEY_REQUIRED: 'false', FL_API_HOST: '0.0.0.0' })).toContain('FL_API_KEY_REQUIRED');
  });

  it('S1-16 accepts keys with scopes and refuses an unknown scope', () => {
    const key = 'k'.repeat(32);
    expect(loadConfig({ FL_API_KEYS: `${key}:read+predict` }).security.apiKeys).toEqual([`${key}:read+predict`]);
    expect(problems({ FL_API_KEYS: `${key}:everything` })).toContain('scope that does not exist');
    expect(problems({ FL_API_KEYS: key })).toContain('scope that does not exist');
  });

  it.each([
    ['abc:read', ['abc', 'read']],
    ['a:b:c:predict+read', ['a:b:c', 'predict+read']],
    ['abc:read+read:text', ['abc', 'read+read:text']],
    ['abc:read:text', ['abc', 'read:text']],
    ['abc:nonsense', ['abc', 'nonsense']],
    ['abc', ['abc', '']],
  ])('S1-16 splits %s, even with colons in key and scope', (entry, parts) => {
    expect(splitKey(entry)).toEqual(parts);
  });

  it.each([
    ['FL_SECRET_KEY', 'REPLACE-with-32-or-more-characters'],
    ['FL_SECRET_KEY', 'change-me-change-me-change-me-change-me'],
    ['FL_DB_URI', 'postgresql://feedback:REPLACE@postgres:5432/feedback_loop'],
    ['FL_API_KEYS', 'REPLACE-with-a-key-of-your-own-0123456789:read'],
  ])('S1-20 refuses the placeholder of an example in %s', (variable, value) => {
    expect(problems({ [variable]: value })).toContain(`${variable} still contains the placeholder of an example`);
  });

  it('S1-20 reads a secret from a file, and only a secret', () => {
    const files: Record<string, string> = { '/run/uri': 'postgresql://u:p@h/db\n' };
    const read = (path: string): string => {
      if (!(path in files)) throw new Error('ENOENT');
      return files[path]!;
    };
    expect(loadConfig({ FL_DB_URI_FILE: '/run/uri' }, read).database.target.type).toBe('postgresql');
    expect(() => loadConfig({ FL_DB_URI_FILE: '/run/none' }, read)).toThrow(
      'FL_DB_URI_FILE names a file that cannot be read',
    );
  });

  it('treats an empty variable as not set', () => {
    expect(loadConfig({ FL_DB_URI: '', FL_API_PORT: ' ' }).server.port).toBe(8000);
  });

  it('S0-04 returns a frozen object', () => {
    const config = loadConfig({});
    expect(() => Object.assign(config, { server: {} })).toThrow(TypeError);
    expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
  });

  it('finds unknown FL_ variables', () => {
    expect(
      unknownVariables({ FL_API_PROT: '1', FL_API_PORT: '1', FL_DB_URI_FILE: 'x', FL_TEST_REDIS_URL: 'x', HOME: '/' }),
    ).toEqual(['FL_API_PROT']);
  });
});

describe('descriptions of the configuration', () => {
  it('mask every secret', () => {
    const masked = maskedConfig(
      loadConfig({
        FL_DB_URI: 'postgresql://u:hunter2@h/db',
        FL_SECRET_KEY: 'x'.repeat(40),
        FL_API_KEYS: `${'k'.repeat(32)}:read`,
      }),
    );
    expect([masked.FL_DB_URI, masked.FL_SECRET_KEY, masked.FL_API_KEYS]).toEqual(['********', '********', '********']);
    expect(JSON.stringify(masked)).not.toContain('hunter2');
  });

  it('S1-60 name every variable in the page and the example', () => {
    for (const name of Object.keys(maskedConfig(loadConfig({})))) {
      expect(configurationPage()).toContain(`\`${name}\``);
      expect(envExample()).toContain(`#${name}=`);
    }
  });
});
