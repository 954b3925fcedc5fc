import { MIGRATIONS } from '#migrations';
import type { DatabaseTarget, FeedbackLoopConfig } from '#config';
import type { CopiedDatabase, DatabaseCopier } from './database-copier.js';
import { PostgresCopier } from './postgres-copier.js';
import { SqliteCopier } from './sqlite-copier.js';

export function createCopier(config: Readonly<FeedbackLoopConfig>): DatabaseCopier {
  const {
    database: { target: database },
  } = config;
  return database.type === 'sqlite'
    ? new SqliteCopier(database.path)
    : new PostgresCopier(database.directUri, config.database.pgToolsDir);
}

/** Returns the migrations that this program does not know. If there are any, a later version made the copy. */
export function unknownMigrations(
  type: DatabaseTarget['type'],
  { migrations }: Pick<CopiedDatabase, 'migrations'>,
): string[] {
  const known = new Set(MIGRATIONS[type].map(({ name }) => name));
  return migrations.filter((name) => !known.has(name));
}
