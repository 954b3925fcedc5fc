import { existsSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { AppError, sleep } from '#kernel';
import { configFromEnvironment, describeDatabase, SCOPES } from '#config';
import type { Principal } from '#security';
import { note } from './output.js';

/** Usually the command was started without the settings of its server. */
class NoDatabaseError extends AppError {
  constructor(path: string) {
    super({
      code: 'no_database',
      status: 404,
      title: 'There is no database',
      detail: `The file ${path} does not exist.`,
      remedy:
        'Run the command with the settings of the server (FL_DATA_DIR, FL_DB_PATH or FL_DB_URI), or create a database: feedback-loop migrate up.',
    });
  }
}

const RETRY_MS = 200;
const MAX_RETRIES = 50;

/**
 * Runs `work` with the services of a server that neither listens nor opens a spool. It uses the same database as
 * running servers.
 *
 * @throws AppError if the database cannot be used
 */
export async function withApp<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const [{ createApp }, { createLogger }] = await Promise.all([import('#app'), import('#observability')]);
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  // A database created here would be one that no server uses.
  if (config.database.target.type === 'sqlite' && !existsSync(config.database.target.path))
    throw new NoDatabaseError(config.database.target.path);
  const app = await createApp(config, createLogger({ ...config, logging: { ...config.logging, level: 'silent' } }));
  try {
    await reachDatabase(app);
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Waits until the database can be used. @throws AppError if it cannot */
export async function reachDatabase(app: INestApplicationContext): Promise<void> {
  const { DatabaseSupervisor, DatabaseUnavailableError } = await import('#persistence');
  const supervisor = app.get(DatabaseSupervisor);
  await supervisor.start();
  // Another process may be locking the SQLite file.
  for (let i = 0; i < MAX_RETRIES && supervisor.backend === 'sqlite' && supervisor.status.state === 'down'; i++)
    await sleep(RETRY_MS);
  if (supervisor.refusal) throw supervisor.refusal;
  if (!supervisor.isUp) throw new DatabaseUnavailableError();
}

/**
 * Returns a principal with all scopes: a person who can run commands on this machine has full access. The audit log
 * names it `cli`.
 */
export function operator(tenantId: string): Principal {
  return { tenantId, keyId: 'cli', scopes: new Set(SCOPES) };
}
