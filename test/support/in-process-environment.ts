import { DIALECTS, type DialectUnderTest } from './databases.js';
import { describeOn, type Environment, type EnvironmentOptions, type StartServer } from './environment.js';
import { InProcessServer } from './in-process-server.js';

type Suite = (environment: Environment<InProcessServer>) => void;
const startHere: StartServer<InProcessServer> = (database, settings) => InProcessServer.start(database, settings);
const describeHere = (dialect: DialectUnderTest, name: string, suite: Suite, options: EnvironmentOptions): void =>
  describeOn(dialect, name, suite, options, startHere);

/** Like `onBothDatabases`, with the server in the process of the test: for test/medium. */
export function onBothDatabasesInProcess(name: string, suite: Suite, options: EnvironmentOptions = {}): void {
  for (const dialect of DIALECTS) describeHere(dialect, name, suite, options);
}

export function onSqliteInProcess(name: string, suite: Suite, options: EnvironmentOptions = {}): void {
  describeHere('sqlite', name, suite, options);
}

export function onPostgresInProcess(name: string, suite: Suite, options: EnvironmentOptions = {}): void {
  describeHere('postgresql', name, suite, options);
}
