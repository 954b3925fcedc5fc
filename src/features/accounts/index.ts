export { AccountsModule } from './accounts.module.js';
export { createUserValidator } from './dto/accounts.schema.js';
export type { PasswordLink } from './user.js';
export { UsersService } from './users.service.js';
