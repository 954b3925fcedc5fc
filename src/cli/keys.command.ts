import { type Command, InvalidArgumentError } from 'commander';
import { parseTime } from '#kernel';
import { type Scope, SCOPES } from '#config';
import type { RecordingService } from '#ingest';
import type { KeyRecord, KeysAdministrationService, NewKeyRecord } from '#keys';
import { confirm } from './confirm.js';
import { note, print, printJson, printTable } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { operator, withApp } from './with-app.js';

interface TenantOption {
  tenant: string;
  json?: boolean;
}

interface NewTenantOptions {
  slug?: string;
  name: string;
  json?: boolean;
}

interface CreateOptions extends TenantOption {
  name: string;
  scopes?: Scope[];
  expires?: number;
  publishable?: boolean;
  origins: string[];
  limit?: number;
}

const MAX_LISTED = 1000;
/** Exit code of a wrong command line. */
const USAGE = 2;
/** The only scope that a key in a page may have. */
const PUBLISHABLE: Scope[] = ['ingest'];
const KEY_HEADINGS = ['id', 'key', 'state', 'name', 'scopes', 'per minute', 'last used', 'expires'];

export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('create, list, rotate and revoke API keys');
  const addCommand = (usage: string, description: string): Command =>
    keys
      .command(usage)
      .description(description)
      .option('--tenant <slug>', 'tenant of the keys', 'default')
      .option('--json', 'print JSON');

  addCommand('create', 'create a key and print it to standard output; it cannot be shown again')
    .requiredOption('--name <name>', 'purpose of the key')
    .option(
      '--scopes <scopes>',
      `comma-separated list of ${SCOPES.join(', ')}; required, except for a publishable key`,
      scopes,
    )
    .option('--expires <time>', 'time of expiry, in ISO 8601', time)
    .option('--publishable', 'allow use in public pages, for feedback and votes only (requires --origins)')
    .option('--origins <origins>', 'comma-separated origins of those pages', list, [])
    .option('--limit <n>', 'requests per minute, instead of FL_KEY_RATE_LIMIT_PER_MINUTE', positive)
    .action(async (options: CreateOptions, command: Command) => {
      const given = options.scopes ?? (options.publishable ? PUBLISHABLE : undefined);
      if (!given) command.error("error: required option '--scopes <scopes>' not specified", { exitCode: USAGE });
      const settings = {
        name: options.name,
        scopes: given,
        expiresAt: options.expires ?? null,
        publishable: options.publishable ?? false,
        allowedOrigins: options.origins,
        rateLimitPerMinute: options.limit ?? null,
      };
      show(
        await withKeys(options, (service, caller, recording) => recording.apply(service.planKey(caller, settings))),
        options,
      );
    });

  addCommand('list', 'list keys, newest first').action(async (options: TenantOption) => {
    const { data } = await withKeys(options, (service, caller) => service.list(caller, MAX_LISTED));
    if (options.json) printJson(data.map(toJson));
    else printTable(KEY_HEADINGS, data.map(toRow));
  });

  addCommand(
    'rotate <id>',
    'create a second key with the same settings; revoke the first once it is no longer used',
  ).action(async (id: string, options: TenantOption) => {
    show(
      await withKeys(options, async (service, caller, recording) =>
        recording.apply(await service.planRotation(caller, id)),
      ),
      options,
    );
  });

  addCommand('revoke <id>', 'revoke a key; servers reject it within a minute').action(
    async (id: string, options: TenantOption) => {
      const key = await withKeys(options, (service, caller) => service.revoke(caller, id));
      if (options.json) printJson(toJson(key));
      else print(`Revoked: ${describe(key)}`);
    },
  );
}

export function addTenantsCommand(program: Command): void {
  const tenants = program
    .command('tenants')
    .description('create, list and erase tenants: teams that share an installation but not their records');
  tenants
    .command('create')
    .argument('[slug]', 'short name: lower-case letters, digits and hyphens')
    .description(
      'create a tenant and print the first key of its administrator to standard output; it cannot be shown again',
    )
    .option('--slug <slug>', 'the same as the argument')
    .requiredOption('--name <name>', 'display name')
    .option('--json', 'print JSON')
    .action(async (argument: string | undefined, options: NewTenantOptions, command: Command) => {
      const { json, name, slug = argument } = options;
      if (slug === undefined || (argument !== undefined && argument !== slug))
        command.error('error: name the tenant once: tenants create <slug> --name <name>', { exitCode: USAGE });
      const { DEFAULT_TENANT_ID } = await import('#kernel');
      const { createTenantValidator, KeysAdministrationService } = await import('#keys');
      const input = createTenantValidator.parse({ slug, name });
      const { RecordingService } = await import('#ingest');
      const tenant = await withApp((app) =>
        app
          .get(RecordingService)
          .apply(app.get(KeysAdministrationService).planTenant(operator(DEFAULT_TENANT_ID), input)),
      );
      if (json) printJson({ id: tenant.id, slug: tenant.slug, name: tenant.name, admin_key: tenant.adminKey });
      else {
        note(`Tenant ${tenant.slug} (${tenant.id}). The key of its administrator, shown only once:`);
        print(tenant.adminKey);
      }
    });
  tenants
    .command('erase')
    .argument('<slug>')
    .description('erase a tenant and all its data; its keys stop working')
    .option('--yes', 'confirm the erasure')
    .option('--json', 'print JSON')
    .action(async (slug: string, { json, yes }: { yes?: boolean; json?: boolean }) => {
      const action = `erase ${slug} and all its data, which cannot be undone`;
      if (!(await confirm({ yes, undone: 'Nothing was erased', action }))) return;
      const { TenantErasureService } = await import('#subjects');
      const { certificateId, removed } = await withApp(async (app) => {
        return app.get(TenantErasureService).erase(await tenantNamed(app, slug), 'cli');
      });
      if (json) printJson({ certificate_id: certificateId, removed });
      else {
        print(`Certificate ${certificateId}`);
        for (const [table, n] of Object.entries(removed)) print(`${table}  ${n}`);
        note('Running servers reject its keys, and erase it from their spools, within two minutes.');
      }
    });
  tenants
    .command('list')
    .description('list tenants')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { KeysAdministrationService } = await import('#keys');
      const { data } = await withApp((app) => app.get(KeysAdministrationService).listTenants(MAX_LISTED));
      if (json)
        printJson(data.map(({ createdAt, ...rest }) => ({ ...rest, created_at: new Date(createdAt).toISOString() })));
      else
        printTable(
          ['slug', 'id', 'name'],
          data.map(({ id, name, slug }) => [slug, id, name]),
        );
    });
}

async function withKeys<T>(
  { tenant }: TenantOption,
  work: (
    service: KeysAdministrationService,
    caller: ReturnType<typeof operator>,
    recording: RecordingService,
  ) => Promise<T>,
): Promise<T> {
  const [keys, ingest] = await Promise.all([import('#keys'), import('#ingest')]);
  return withApp(async (app) => {
    const { tenantId } = await tenantNamed(app, tenant);
    return work(app.get(keys.KeysAdministrationService), operator(tenantId), app.get(ingest.RecordingService));
  });
}

function show(key: NewKeyRecord, { json }: TenantOption): void {
  if (json) {
    printJson({ ...toJson(key), key: key.key });
    return;
  }
  note(`${describe(key)}\nThe key, shown only once:`);
  print(key.key);
}

function toRow(key: KeyRecord): string[] {
  const date = (value: number | null, missing: string): string =>
    value === null ? missing : new Date(value).toISOString();
  return [
    key.id,
    `fl_${key.publishable ? 'pub' : 'live'}_${key.publicId}…`,
    stateOf(key),
    key.name,
    key.scopes.join('+'),
    String(key.rateLimitPerMinute ?? 'default'),
    date(key.lastUsedAt, 'never'),
    date(key.expiresAt, 'never'),
  ];
}

function stateOf(key: KeyRecord): string {
  if (key.revokedAt !== null) return 'revoked';
  return key.publishable ? 'publishable' : 'active';
}

function describe(key: KeyRecord): string {
  const state = stateOf(key);
  const expiry = key.expiresAt === null ? '' : `  until ${new Date(key.expiresAt).toISOString()}`;
  return `${key.id}  ${state}  ${key.name}  ${key.scopes.join('+')}${expiry}`;
}

function toJson(key: KeyRecord): object {
  const time = (value: number | null): string | null => (value === null ? null : new Date(value).toISOString());
  return {
    id: key.id,
    public_id: key.publicId,
    name: key.name,
    scopes: key.scopes,
    publishable: key.publishable,
    allowed_origins: key.allowedOrigins,
    rate_limit_per_minute: key.rateLimitPerMinute,
    created_at: time(key.createdAt),
    expires_at: time(key.expiresAt),
    revoked_at: time(key.revokedAt),
    last_used_at: time(key.lastUsedAt),
  };
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function scopes(value: string): Scope[] {
  const given = list(value);
  const unknown = given.filter((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (given.length === 0 || unknown.length > 0)
    throw new InvalidArgumentError(`must be a list of ${SCOPES.join(', ')}`);
  return given as Scope[];
}

function time(value: string): number {
  const parsed = parseTime(value);
  if (parsed === undefined) throw new InvalidArgumentError('must be a time such as 2027-01-31T00:00:00Z');
  return parsed;
}

function positive(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('must be a whole number of 1 or more');
  return Number(value);
}
