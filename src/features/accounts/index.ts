export { AccountsModule } from './accounts.module.js';
export { createUserValidator } from './dto/accounts.schema.js';
export { SessionsController } from './sessions.controller.js';
export type { PasswordLink } from './user.js';
export { UsersController } from './users.controller.js';
export { UsersService } from './users.service.js';
