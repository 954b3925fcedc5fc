import { type Command, InvalidArgumentError } from 'commander';
import type { PasswordLink, UsersService } from '#accounts';
import type { RecordingService } from '#ingest';
import type { Principal, Role, User } from '#security';
import { note, print, printJson, printTable } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { operator, withApp } from './with-app.js';

interface TenantOption {
  tenant: string;
  json?: boolean;
}

const MAX_LISTED = 1000;
const ROLES: readonly Role[] = ['viewer', 'reviewer', 'admin'];

export function addUsersCommand(program: Command): void {
  const users = program.command('users').description('invite, list, change and remove user accounts');
  const addCommand = (usage: string, description: string): Command =>
    users
      .command(usage)
      .description(description)
      .option('--tenant <slug>', 'tenant of the accounts', 'default')
      .option('--json', 'print JSON');

  addCommand('create <email>', 'invite a user and print the link to standard output; it cannot be shown again')
    .requiredOption('--role <role>', `one of ${ROLES.join(', ')}`, toRole)
    .option('--name <name>', 'display name')
    .action(async (email: string, options: TenantOption & { role: Role; name?: string }) => {
      const user = await withUsers(options, async (service, caller, recording) => {
        const { createUserValidator } = await import('#accounts');
        const input = createUserValidator.parse({ email, role: options.role, name: options.name ?? email });
        return recording.apply(await service.planUser(caller, { ...input, name: input.name ?? email }));
      });
      showLink(user, user.invitation as PasswordLink, options);
    });

  addCommand('list', 'list user accounts, newest first').action(async (options: TenantOption) => {
    const { data } = await withUsers(options, (service, caller) => service.list(caller, MAX_LISTED));
    if (options.json) printJson(data.map(toJson));
    else printTable(['id', 'state', 'role', 'email', 'name'], data.map(toRow));
  });

  addCommand('reset <email>', 'print a link for choosing a new password; previous links stop working').action(
    async (email: string, options: TenantOption) => {
      const { link, user } = await withUsers(options, async (service, caller, recording) => {
        const found = await service.getByEmail(caller, email);
        return { user: found, link: await recording.apply(await service.planLink(caller, found.id)) };
      });
      showLink(user, link, options);
    },
  );

  addCommand('change <email>', 'change name or role')
    .option('--role <role>', `one of ${ROLES.join(', ')}`, toRole)
    .option('--name <name>', 'display name')
    .action((email: string, options: TenantOption & { role?: Role; name?: string }) =>
      change(email, options, { role: options.role, name: options.name }),
    );
  addCommand('disable <email>', 'sign the user out and refuse further sign-ins').action(
    (email: string, options: TenantOption) => change(email, options, { disabled: true }),
  );
  addCommand('enable <email>', 'allow the user to sign in again').action((email: string, options: TenantOption) =>
    change(email, options, { disabled: false }),
  );
  addCommand('remove <email>', 'delete the account').action(async (email: string, options: TenantOption) => {
    await withUsers(options, async (service, caller) => {
      await service.remove(caller, (await service.getByEmail(caller, email)).id, undefined);
    });
    if (options.json) printJson({ removed: email });
    else print(`Removed: ${email}`);
  });
}

async function change(
  email: string,
  options: TenantOption,
  changes: { role?: Role | undefined; name?: string | undefined; disabled?: boolean },
): Promise<void> {
  const user = await withUsers(options, async (service, caller) =>
    service.update(caller, (await service.getByEmail(caller, email)).id, undefined, changes),
  );
  if (options.json) printJson(toJson(user));
  else print(describe(user));
}

async function withUsers<T>(
  { tenant }: TenantOption,
  work: (service: UsersService, caller: Principal, recording: RecordingService) => Promise<T>,
): Promise<T> {
  const [accounts, ingest] = await Promise.all([import('#accounts'), import('#ingest')]);
  return withApp(async (app) => {
    const { tenantId } = await tenantNamed(app, tenant);
    return work(app.get(accounts.UsersService), operator(tenantId), app.get(ingest.RecordingService));
  });
}

function showLink(user: User, link: PasswordLink, { json }: TenantOption): void {
  const until = new Date(link.expiresAt).toISOString();
  if (json) {
    printJson({ ...toJson(user), link: link.link, expires_at: until, mailed: link.mailed });
    return;
  }
  note(
    `${describe(user)}\nThe link, shown only once, valid until ${until}${link.mailed ? '; it is also sent by mail' : ''}:`,
  );
  print(link.link);
}

function toRow({ disabledAt, email, hasPassword, id, name, role }: User): string[] {
  const state = disabledAt !== null ? 'disabled' : hasPassword ? 'active' : 'invited';
  return [id, state, role, email, name];
}

function describe(user: User): string {
  return toRow(user).join('  ');
}

function toJson(user: User): object {
  const time = (value: number | null): string | null => (value === null ? null : new Date(value).toISOString());
  const { createdAt, disabledAt, email, id, lastLoginAt, name, role } = user;
  return {
    id,
    email,
    name,
    role,
    created_at: time(createdAt),
    disabled_at: time(disabledAt),
    last_login_at: time(lastLoginAt),
  };
}

function toRole(value: string): Role {
  if (!(ROLES as readonly string[]).includes(value))
    throw new InvalidArgumentError(`must be one of ${ROLES.join(', ')}`);
  return value as Role;
}
