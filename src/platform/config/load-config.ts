import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { validateSync } from 'class-validator';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import { resolveDatabase } from './database-uri.js';
import { FeedbackLoopConfig } from './feedback-loop-config.js';
import { SCOPES } from './scopes.js';
import { groupsOf, type VariableDefinition, variablesOf } from './variable.decorator.js';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

/** Placeholders for secrets in our examples and in common ones. */
const PLACEHOLDER = /REPLACE|(?<![a-z])change[-_]?me(?![a-z])/;

const readText: ReadFile = (path) => readFileSync(path, 'utf8');

/**
 * Converts environment variables to the configuration. Pure, except that `readFile` reads the files of `<NAME>_FILE`.
 * @throws ConfigurationError with all invalid variables, but without their values
 */
export function loadConfig(environment: Environment, readFile: ReadFile = readText): Readonly<FeedbackLoopConfig> {
  const problems: ConfigurationProblem[] = [];
  const config = new FeedbackLoopConfig();
  const given = new Set<string>();
  for (const definition of variablesOf(FeedbackLoopConfig)) {
    const raw = rawValue(definition, environment, readFile, problems);
    if (raw === undefined) continue;
    given.add(definition.name);
    if (definition.secret && PLACEHOLDER.test(raw)) problems.push(placeholderProblem(definition));
    const value = parse(definition, raw);
    if (value === undefined) problems.push(shapeProblem(definition));
    else Object.assign(config[definition.group as keyof FeedbackLoopConfig], { [definition.property]: value });
  }
  if (config.server.debug && !given.has('FL_LOG_LEVEL')) config.logging.level = 'debug';
  problems.push(...ruleProblems(config), ...crossProblems(config));
  const database = resolveDatabase(config.database, config.server.dataDir);
  if ('problem' in database) problems.push(database);
  else config.database.target = database;
  if (problems.length > 0) throw new ConfigurationError(dedupe(problems));
  for (const { property } of groupsOf(FeedbackLoopConfig)) Object.freeze(config[property as keyof FeedbackLoopConfig]);
  return Object.freeze(config);
}

/** Returns variables that start with `FL_` but are not settings; most of them are typing errors. */
export function unknownVariables(environment: Environment): string[] {
  const known = new Set(
    variablesOf(FeedbackLoopConfig).flatMap(({ name, aliases, secret }) =>
      [name, ...(aliases ?? [])].flatMap((each) => (secret ? [each, `${each}_FILE`] : [each])),
    ),
  );
  return Object.keys(environment)
    .filter((name) => name.startsWith('FL_') && !name.startsWith('FL_TEST_') && !known.has(name))
    .sort();
}

function rawValue(
  { name, aliases, secret }: VariableDefinition,
  environment: Environment,
  readFile: ReadFile,
  problems: ConfigurationProblem[],
): string | undefined {
  for (const each of [name, ...(aliases ?? [])]) {
    const value = environment[each];
    // Compose files and CI systems pass an empty value for a variable that is not set.
    if (value !== undefined && value.trim() !== '') return value.trim();
    const file = secret ? environment[`${each}_FILE`] : undefined;
    if (file === undefined || file === '') continue;
    try {
      return readFile(file).trim();
    } catch {
      problems.push({
        variable: `${each}_FILE`,
        problem: 'names a file that cannot be read',
        remedy: 'Check the path and the permissions of the file.',
      });
      return undefined;
    }
  }
  return undefined;
}

function parse({ kind }: VariableDefinition, raw: string): unknown {
  switch (kind) {
    case 'string':
      return raw;
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(raw) ? Number(raw) : undefined;
    case 'boolean':
      if (/^(?:true|1|yes|on)$/i.test(raw)) return true;
      return /^(?:false|0|no|off)$/i.test(raw) ? false : undefined;
    case 'list':
      return raw
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
  }
}

function placeholderProblem({ name }: VariableDefinition): ConfigurationProblem {
  return {
    variable: name,
    problem: 'still contains the placeholder of an example',
    remedy: 'Replace it with a secret of your own; this one is public.',
  };
}

function shapeProblem({ name, kind }: VariableDefinition): ConfigurationProblem {
  const shape = kind === 'boolean' ? 'true or false' : 'a whole number';
  return { variable: name, problem: `must be ${shape}`, remedy: 'Correct it, or remove it to use the default.' };
}

function ruleProblems(config: FeedbackLoopConfig): ConfigurationProblem[] {
  const variables = variablesOf(FeedbackLoopConfig);
  const options = { skipMissingProperties: false, validationError: { target: false, value: false } };
  return groupsOf(FeedbackLoopConfig).flatMap(({ property: group }) =>
    validateSync(config[group as keyof FeedbackLoopConfig], options).map(({ property, constraints }) => ({
      variable: variables.find((each) => each.group === group && each.property === property)?.name ?? property,
      problem: Object.values(constraints ?? {})
        .map((text) => text.replace(/^(?:each value in )?\S+ (?=must)/, '').replace(/^each value in /, ''))
        .join(' and '),
      remedy: 'Correct it, or remove it to use the default.',
    })),
  );
}

function crossProblems(config: FeedbackLoopConfig): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (!config.security.apiKeyRequired && !isLoopback(config.server.host)) {
    problems.push({
      variable: 'FL_API_KEY_REQUIRED',
      problem: 'is false, but FL_API_HOST is not a loopback address',
      remedy: 'Listen on 127.0.0.1, or require keys.',
    });
  }
  if ((config.server.tlsCertPath === undefined) !== (config.server.tlsKeyPath === undefined)) {
    problems.push({
      variable: config.server.tlsCertPath === undefined ? 'FL_TLS_CERT_PATH' : 'FL_TLS_KEY_PATH',
      problem: 'is missing: FL_TLS_CERT_PATH and FL_TLS_KEY_PATH need each other',
      remedy: 'Set both, or neither.',
    });
  }
  if (config.screenshots.store === 's3' && config.screenshots.s3Bucket === undefined) {
    problems.push({
      variable: 'FL_S3_BUCKET',
      problem: 'is missing, but FL_BLOB_STORE is s3',
      remedy: 'Set it to the name of the bucket.',
    });
  }
  for (const [i, uri] of config.database.replicaUris.entries())
    if (!/^postgres(?:ql)?:\/\/[^/]+\/./.test(uri))
      problems.push({
        variable: 'FL_DB_REPLICA_URIS',
        problem: `has an entry (number ${i + 1}) that is not a PostgreSQL address`,
        remedy: 'Write postgresql://user:password@host:5432/name, separated by commas.',
      });
  if (!config.webhooks.allow.every(isCidr))
    problems.push({
      variable: 'FL_WEBHOOK_ALLOW',
      problem: 'has an entry that is neither an address nor a CIDR',
      remedy: 'Write 10.20.0.0/16,10.30.0.5,fd00:1234::/32.',
    });
  if (config.database.pooler === 'transaction' && config.database.directUri === undefined) {
    problems.push({
      variable: 'FL_DB_DIRECT_URI',
      problem: 'is missing, but FL_DB_POOLER is transaction',
      remedy: 'Set it to an address that bypasses the pooler: migrations hold a lock that the pooler would lose.',
    });
  }
  if (config.database.poolMin > config.database.poolSize) {
    problems.push({
      variable: 'FL_DB_POOL_MIN',
      problem: 'is greater than FL_DB_POOL_SIZE',
      remedy: 'Lower it, or raise FL_DB_POOL_SIZE.',
    });
  }
  if (
    !config.server.trustedProxies.every((proxy) => isHopCount(config.server.trustedProxies, proxy) || isCidr(proxy))
  ) {
    problems.push({
      variable: 'FL_TRUSTED_PROXIES',
      problem: 'has an entry that is neither an address nor a CIDR nor the only hop count',
      remedy: 'Write 10.0.0.0/8,192.168.1.1, or only the number of proxies.',
    });
  }
  config.security.apiKeys.forEach((entry, i) => {
    const [key = '', scopes = ''] = splitKey(entry);
    const unknown = scopes.split('+').filter((scope) => !(SCOPES as readonly string[]).includes(scope));
    const place = `has an entry (number ${i + 1})`;
    if (key.length < 32) {
      problems.push({
        variable: 'FL_API_KEYS',
        problem: `${place} whose key is shorter than 32 characters`,
        remedy: 'Generate a key with: openssl rand -base64 32',
      });
    } else if (unknown.length > 0) {
      problems.push({
        variable: 'FL_API_KEYS',
        problem: `${place} with a scope that does not exist`,
        remedy: `Write <key>:<scope>+<scope>, with scopes of ${SCOPES.join(', ')}.`,
      });
    }
  });
  return problems;
}

/** Splits `<key>:<scopes>`. The key may contain colons, and so does the scope `read:text`. */
export function splitKey(entry: string): [key: string, scopes: string] {
  for (let at = entry.indexOf(':'); at >= 0; at = entry.indexOf(':', at + 1)) {
    const scopes = entry.slice(at + 1);
    if (scopes.split('+').every((scope) => (SCOPES as readonly string[]).includes(scope)))
      return [entry.slice(0, at), scopes];
  }
  const last = entry.lastIndexOf(':');
  return last < 0 ? [entry, ''] : [entry.slice(0, last), entry.slice(last + 1)];
}

function isHopCount(all: readonly string[], entry: string): boolean {
  return all.length === 1 && /^\d{1,2}$/.test(entry);
}

function isCidr(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function dedupe(problems: ConfigurationProblem[]): ConfigurationProblem[] {
  return [...new Map(problems.map((problem) => [problem.variable + problem.problem, problem])).values()];
}
