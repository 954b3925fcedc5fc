import type { INestApplicationContext } from '@nestjs/common';
import { sleep } from '../common/index.js';
import { configFromEnvironment, describeDatabase, SCOPES } from '../config/index.js';
import type { Principal } from '../security/index.js';
import { note } from './output.js';

const LOOK_MS = 200;
const LOOKS = 50;

/**
 * Runs `work` with the services of a server that neither listens nor opens a spool: beside a running one, on the same database.
 * @throws AppError when the database cannot be used
 */
export async function withApp<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const [{ createApp }, { createLogger }, { DatabaseSupervisor, DatabaseUnavailableError, SchemaOutdatedError }] =
    await Promise.all([
      import('../app.factory.js'),
      import('../observability/index.js'),
      import('../persistence/index.js'),
    ]);
  const config = configFromEnvironment();
  note(`Database: ${describeDatabase(config.database)}`);
  const app = await createApp(config, createLogger({ ...config, logLevel: 'silent' }));
  try {
    const supervisor = app.get(DatabaseSupervisor);
    await supervisor.start();
    // Others may hold the file at this moment.
    for (let i = 0; i < LOOKS && config.database.type === 'sqlite' && supervisor.status.state === 'down'; i++)
      await sleep(LOOK_MS);
    const { state } = supervisor.status;
    if (state === 'outdated') throw new SchemaOutdatedError();
    if (state !== 'up') throw new DatabaseUnavailableError();
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Whoever may run commands on this machine may do everything; the audit log calls them `cli`. */
export function operator(tenantId: string): Principal {
  return { tenantId, keyId: 'cli', scopes: new Set(SCOPES) };
}
