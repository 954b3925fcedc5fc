import { createTestDatabase, type TestDatabase } from './databases.js';
import { TcpProxy } from './tcp-proxy.js';

/** Works while the database is away. */
export const ENVIRONMENT_KEY = 'key-from-the-environment-0123456789abcdef';

/** A PostgreSQL database whose line can be cut, and the environment that leads a server through it. */
export interface DatabaseBehindProxy {
  database: TestDatabase;
  proxy: TcpProxy;
  environment: Record<string, string>;
  drop(): Promise<void>;
}

export async function databaseBehindProxy(scopes = 'predict+read+read:text+ingest'): Promise<DatabaseBehindProxy> {
  const database = await createTestDatabase('postgresql');
  const uri = database.environment.FL_DB_URI as string;
  const { hostname, port } = new URL(uri);
  const proxy = await TcpProxy.to(hostname, Number(port || 5432));
  return {
    database,
    proxy,
    environment: { FL_DB_URI: proxy.through(uri), FL_API_KEYS: `${ENVIRONMENT_KEY}:${scopes}` },
    drop: async () => {
      await proxy.close();
      await database.drop();
    },
  };
}

/** Waits until `condition` holds; the time is no measure of anything, and generous, since machines are shared. */
export async function until(condition: () => Promise<boolean>, ms = 90_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
