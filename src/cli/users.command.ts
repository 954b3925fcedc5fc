import { type Command, InvalidArgumentError } from 'commander';
import type { PasswordLink, UsersService } from '#accounts';
import type { RecordingService } from '#ingest';
import type { Principal, Role, User } from '#security';
import { note, print, printJson } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { operator, withApp } from './with-app.js';

interface TenantOption {
  tenant: string;
  json?: boolean;
}

const MAX_LISTED = 1000;
const ROLES: readonly Role[] = ['viewer', 'reviewer', 'admin'];

export function addUsersCommand(program: Command): void {
  const users = program.command('users').description('invite, list, change and remove people who sign in');
  const add = (usage: string, description: string): Command =>
    users
      .command(usage)
      .description(description)
      .option('--tenant <slug>', 'whose people', 'default')
      .option('--json', 'print JSON');

  add('create <email>', 'invite somebody; the link is printed once, alone on standard output')
    .requiredOption('--role <role>', `one of ${ROLES.join(', ')}`, toRole)
    .option('--name <name>', 'what to call them')
    .action(async (email: string, options: TenantOption & { role: Role; name?: string }) => {
      const user = await withUsers(options, async (service, caller, recording) => {
        const { createUserValidator } = await import('#accounts');
        const wanted = createUserValidator.parse({ email, role: options.role, name: options.name ?? email });
        return recording.apply(await service.planUser(caller, { ...wanted, name: wanted.name ?? email }));
      });
      showLink(user, user.invitation as PasswordLink, options);
    });

  add('list', 'list people, newest first').action(async (options: TenantOption) => {
    const { data } = await withUsers(options, (service, caller) => service.list(caller, MAX_LISTED));
    if (options.json) printJson(data.map(toJson));
    else for (const user of data) print(describe(user));
  });

  add('reset <email>', 'print a link by which they choose a new password; older links end').action(
    async (email: string, options: TenantOption) => {
      const { link, user } = await withUsers(options, async (service, caller, recording) => {
        const found = await service.getByEmail(caller, email);
        return { user: found, link: await recording.apply(await service.planLink(caller, found.id)) };
      });
      showLink(user, link, options);
    },
  );

  add('change <email>', 'change name or role')
    .option('--role <role>', `one of ${ROLES.join(', ')}`, toRole)
    .option('--name <name>', 'what to call them')
    .action((email: string, options: TenantOption & { role?: Role; name?: string }) =>
      change(email, options, { role: options.role, name: options.name }),
    );
  add('disable <email>', 'sign them out and keep them out').action((email: string, options: TenantOption) =>
    change(email, options, { disabled: true }),
  );
  add('enable <email>', 'let them in again').action((email: string, options: TenantOption) =>
    change(email, options, { disabled: false }),
  );
  add('remove <email>', 'delete them').action(async (email: string, options: TenantOption) => {
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
  wanted: { role?: Role | undefined; name?: string | undefined; disabled?: boolean },
): Promise<void> {
  const user = await withUsers(options, async (service, caller) =>
    service.update(caller, (await service.getByEmail(caller, email)).id, undefined, wanted),
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
  note(`${describe(user)}\nThe link, shown once, good until ${until}${link.mailed ? '; it is mailed, too' : ''}:`);
  print(link.link);
}

function describe({ disabledAt, email, hasPassword, id, name, role }: User): string {
  const state = disabledAt !== null ? 'disabled' : hasPassword ? 'active' : 'invited';
  return `${id}  ${state}  ${role}  ${email}  ${name}`;
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
