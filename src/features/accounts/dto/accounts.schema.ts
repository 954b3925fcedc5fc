import { type Static, Type } from '@sinclair/typebox';
import { formatTime } from '#kernel';
import { SchemaValidator } from '#http';
import type { InvitedUser, PasswordLink } from '../user.js';
import { type Role, ROLES, type User } from '#security';

const EMAIL = /^[^\s@<>()[\],;:\\"]{1,64}@[^\s@<>()[\],;:\\"]{1,189}$/;
const MAX_PASSWORD_LENGTH = 1024;

const email = Type.String({ minLength: 3, maxLength: 254, example: 'ada@example.com' });
const password = (description: string) => Type.String({ minLength: 1, maxLength: MAX_PASSWORD_LENGTH, description });
const role = Type.Unsafe<Role>({ type: 'string', enum: [...ROLES], example: 'reviewer' });
const name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', example: 'Ada' });
const time = Type.String({ format: 'date-time' });
const optionalTime = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' });
const tenant = Type.Optional(
  Type.String({ minLength: 1, maxLength: 64, description: 'Slug of the tenant. Default: `default`.' }),
);

const emailRule = ({ email: given }: { email?: unknown }): { path: string; message: string }[] =>
  typeof given === 'string' && given.length >= 3 && !EMAIL.test(given)
    ? [{ path: 'email', message: 'must be an e-mail address' }]
    : [];

export const LoginSchema = Type.Object(
  { email, password: password("The user's password."), tenant },
  {
    $id: 'Credentials',
    additionalProperties: false,
    example: { email: 'ada@example.com', password: 'correct horse battery staple' },
  },
);
export const loginValidator = new SchemaValidator(LoginSchema);

export const CreateUserSchema = Type.Object(
  {
    email,
    name: Type.Optional(name),
    role,
    password: Type.Optional(password('8 to 128 characters. Without it, the user is invited to choose one.')),
  },
  {
    $id: 'NewUser',
    additionalProperties: false,
    example: { email: 'ada@example.com', name: 'Ada', role: 'reviewer' },
  },
);
export const createUserValidator = new SchemaValidator(CreateUserSchema, emailRule);

export const ChangeUserSchema = Type.Object(
  { name: Type.Optional(name), role: Type.Optional(role), disabled: Type.Optional(Type.Boolean()) },
  { $id: 'UserChange', additionalProperties: false, minProperties: 1, example: { role: 'viewer' } },
);
export const changeUserValidator = new SchemaValidator(ChangeUserSchema);

export const ChangePasswordSchema = Type.Object(
  { current_password: password('The current password.'), new_password: password('8 to 128 characters.') },
  { $id: 'PasswordChange', additionalProperties: false },
);
export const changePasswordValidator = new SchemaValidator(ChangePasswordSchema);

export const ChoosePasswordSchema = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 100, description: 'The token from the link.' }),
    password: password('8 to 128 characters.'),
  },
  { $id: 'PasswordChoice', additionalProperties: false },
);
export const choosePasswordValidator = new SchemaValidator(ChoosePasswordSchema);

export const ResetSchema = Type.Object({ email, tenant }, { $id: 'PasswordResetRequest', additionalProperties: false });
export const resetValidator = new SchemaValidator(ResetSchema, emailRule);

export const UserSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    email: Type.String(),
    name: Type.String(),
    role: Type.String({ description: '`viewer`, `reviewer` or `admin`.' }),
    state: Type.String({ description: '`invited` until the user chooses a password, `active`, or `disabled`.' }),
    created_at: time,
    created_by: Type.String(),
    last_login_at: optionalTime,
    version: Type.Integer({ description: 'Version of the user, as in `ETag`.' }),
  },
  { $id: 'User' },
);
export type UserResource = Static<typeof UserSchema>;

export const PasswordLinkSchema = Type.Object(
  {
    link: Type.String({
      description: 'Opens the page on which the user chooses a password. Only this response contains it.',
    }),
    token: Type.String(),
    expires_at: time,
    mailed: Type.Boolean({ description: 'Whether the link is also mailed to the user.' }),
  },
  { $id: 'PasswordLink' },
);
export const NewUserSchema = Type.Composite(
  [
    UserSchema,
    Type.Object({
      invitation: Type.Unsafe<Static<typeof PasswordLinkSchema> | null>(Type.Union([PasswordLinkSchema, Type.Null()])),
    }),
  ],
  { $id: 'InvitedUser' },
);

export const SessionSchema = Type.Object(
  {
    success: Type.Boolean(),
    user: UserSchema,
    csrf_token: Type.String({
      description: 'Send it as `X-CSRF-Token` with each request that changes data and uses the cookie.',
    }),
    expires_at: time,
  },
  { $id: 'Session' },
);
export type SessionResource = Static<typeof SessionSchema>;

export function toUserResource(user: User): UserResource {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    state: user.disabledAt !== null ? 'disabled' : user.hasPassword ? 'active' : 'invited',
    created_at: formatTime(user.createdAt),
    created_by: user.createdBy,
    last_login_at: user.lastLoginAt === null ? null : formatTime(user.lastLoginAt),
    version: user.version,
  };
}

export function toLinkResource({ expiresAt, link, mailed, token }: PasswordLink): Static<typeof PasswordLinkSchema> {
  return { link, token, expires_at: formatTime(expiresAt), mailed };
}

export function toInvitedResource(user: InvitedUser): Static<typeof NewUserSchema> {
  return { ...toUserResource(user), invitation: user.invitation && toLinkResource(user.invitation) };
}

export function toSessionResource(session: { user: User; csrfToken: string; expiresAt: number }): SessionResource {
  return {
    success: true,
    user: toUserResource(session.user),
    csrf_token: session.csrfToken,
    expires_at: formatTime(session.expiresAt),
  };
}
