import { AdminClient } from './api/admin-client.js';
import { ApiClient } from './api/api-client.js';
import { createTestDatabase, DIALECTS, type DialectUnderTest, type TestDatabase } from './databases.js';
import type { TestServer } from './http.js';
import { databaseBehindProxy, ENVIRONMENT_KEY } from './outage.js';
import { ServerProcess } from './server-process.js';
import type { TcpProxy } from './tcp-proxy.js';

export type Settings = Record<string, string>;

/** What nearly every suite wants: no limit of requests stands in its way. `settings` of a suite go first. */
export const DEFAULT_SETTINGS: Settings = {
  FL_RATE_LIMIT_PER_MINUTE: '100000',
  FL_RATE_LIMIT_PER_HOUR: '100000',
};

export interface EnvironmentOptions {
  /** Settings of the server beyond `DEFAULT_SETTINGS`. A function is called when the database exists. */
  settings?: Settings | ((database: TestDatabase) => Settings | Promise<Settings>);
  /** False: PostgreSQL without tables. Default: true. */
  migrated?: boolean;
  /** False: the suite starts its servers itself, by `startServer`. Default: true. */
  start?: boolean;
}

export type StartServer<Server> = (database: TestDatabase, settings: Settings) => Promise<Server>;

/**
 * One database and one server for all tests of a suite. A suite destructures it before either exists, so each member
 * looks up what is there when it is used: only in `it`, `beforeAll` and the like.
 */
export class Environment<Server extends TestServer = ServerProcess> {
  readonly api = new ApiClient(lazily(() => this.running));
  readonly admin = new AdminClient(lazily(() => this.running));
  readonly database: TestDatabase = lazily(() => this.created);
  /** The server that `api` and `admin` ask. */
  readonly server: Server = lazily(() => this.running);

  private readonly servers: Server[] = [];
  private current: Server | undefined;
  private currentDatabase: TestDatabase | undefined;

  constructor(
    readonly dialect: DialectUnderTest,
    private readonly options: EnvironmentOptions,
    private readonly startOne: StartServer<Server>,
  ) {}

  /** Starts one more server on the same database or on `database`; the suite stops it at its end. */
  readonly startServer = async (settings: Settings = {}, database = this.created): Promise<Server> => {
    const server = await this.startOne(database, { ...DEFAULT_SETTINGS, ...(await this.ownSettings()), ...settings });
    this.servers.push(server);
    return server;
  };

  /** Stops the server, and starts it again, with other settings if there are any. */
  readonly restart = async (settings: Settings = {}): Promise<void> => {
    await this.current?.stop();
    this.current = await this.startServer(settings);
  };

  async open(database?: TestDatabase): Promise<void> {
    this.currentDatabase = database ?? (await createTestDatabase(this.dialect, this.options.migrated));
    if (this.options.start !== false) this.current = await this.startServer();
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.currentDatabase?.drop();
  }

  private get created(): TestDatabase {
    if (!this.currentDatabase) throw new Error('the database exists only while the tests of the suite run');
    return this.currentDatabase;
  }

  private get running(): Server {
    if (!this.current) throw new Error('the server runs only while the tests of the suite run');
    return this.current;
  }

  private async ownSettings(): Promise<Settings> {
    const { settings = {} } = this.options;
    return typeof settings === 'function' ? settings(this.created) : settings;
  }
}

type Suite<Context> = (environment: Context) => void;
const startProcess: StartServer<ServerProcess> = (database, settings) => ServerProcess.start(database, settings);

/** Describes a suite twice, on SQLite and on PostgreSQL, each with a database and a server process of its own. */
export function onBothDatabases(name: string, suite: Suite<Environment>, options: EnvironmentOptions = {}): void {
  for (const dialect of DIALECTS) describeOn(dialect, name, suite, options, startProcess);
}

export function onSqlite(name: string, suite: Suite<Environment>, options: EnvironmentOptions = {}): void {
  describeOn('sqlite', name, suite, options, startProcess);
}

export function onPostgres(name: string, suite: Suite<Environment>, options: EnvironmentOptions = {}): void {
  describeOn('postgresql', name, suite, options, startProcess);
}

/** Lets the tests of a suite cut the line between the server and its PostgreSQL. */
export interface OutageEnvironment {
  proxy: TcpProxy;
}

/**
 * Describes a suite on a PostgreSQL whose line `proxy` can cut. The clients use `ENVIRONMENT_KEY`, because the server
 * knows no other key while the database is away.
 */
export function onPostgresBehindProxy(
  name: string,
  suite: Suite<Environment & OutageEnvironment>,
  { scopes, ...options }: EnvironmentOptions & { scopes?: string } = {},
): void {
  describe(name, () => {
    let proxy: TcpProxy | undefined;
    const environment = new Environment('postgresql', options, startProcess);
    beforeAll(async () => {
      const behind = await databaseBehindProxy(scopes);
      proxy = behind.proxy;
      await environment.open({
        ...behind.database,
        environment: { ...behind.database.environment, ...behind.environment },
        drop: behind.drop,
      });
    });
    afterAll(() => environment.close());
    suite(
      Object.assign(environment, {
        api: environment.api.as(ENVIRONMENT_KEY),
        admin: environment.admin.as(ENVIRONMENT_KEY),
        proxy: lazily(() => {
          if (!proxy) throw new Error('the proxy exists only while the tests of the suite run');
          return proxy;
        }),
      }),
    );
  });
}

/** The common part of all of the above, which also serves test/support/in-process-environment.ts. */
export function describeOn<Server extends TestServer>(
  dialect: DialectUnderTest,
  name: string,
  suite: Suite<Environment<Server>>,
  options: EnvironmentOptions,
  startOne: StartServer<Server>,
): void {
  describe(`${name} on ${dialect}`, () => {
    const environment = new Environment(dialect, options, startOne);
    beforeAll(() => environment.open());
    afterAll(() => environment.close());
    suite(environment);
  });
}

/** Stands for an object that comes later: every use asks `find`. */
function lazily<T extends object>(find: () => T): T {
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      const target = find();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
