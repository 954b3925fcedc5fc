import { existsSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { AppError, sleep } from '#kernel';
import { configFromEnvironment, describeDatabase, SCOPES } from '#config';
import type { Principal } from '#security';
import { note } from './output.js';

/** A command that finds nothing was started without the settings of its server. */
class NoDatabaseError extends AppError {
  constructor(path: string) {
    super({
      code: 'no_database',
      status: 404,
      title: 'There is no database',
      detail: `Nothing is at ${path}.`,
      remedy:
        'Give the command the settings of the server (FL_DATA_DIR, FL_DB_PATH or FL_DB_URI), or make a database: feedback-loop migrate up.',
    });
  }
}

const LOOK_MS = 200;
const LOOKS = 50;

/**
 * Runs `work` with the services of a server that neither listens nor opens a spool: beside a running one, on the same database.
 * @throws AppError when the database cannot be used
 */
export async function withApp<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const [{ createApp }, { createLogger }] = await Promise.all([import('#app'), import('#observability')]);
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database.target)}`);
  // Made here, it would be one that no server knows.
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

/** @throws AppError when the database cannot be used */
export async function reachDatabase(app: INestApplicationContext): Promise<void> {
  const { DatabaseSupervisor, DatabaseUnavailableError, SchemaOutdatedError } = await import('#persistence');
  const supervisor = app.get(DatabaseSupervisor);
  await supervisor.start();
  // Others may hold the file at this moment.
  for (let i = 0; i < LOOKS && supervisor.backend === 'sqlite' && supervisor.status.state === 'down'; i++)
    await sleep(LOOK_MS);
  const { state } = supervisor.status;
  if (state === 'outdated') throw new SchemaOutdatedError();
  if (state !== 'up') throw new DatabaseUnavailableError();
}

/** Whoever may run commands on this machine may do everything; the audit log calls them `cli`. */
export function operator(tenantId: string): Principal {
  return { tenantId, keyId: 'cli', scopes: new Set(SCOPES) };
}
