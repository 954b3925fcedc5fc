import { DIALECTS } from './databases.js';
import { describeOn, type Environment, type EnvironmentOptions, type StartServer } from './environment.js';
import { InProcessServer } from './in-process-server.js';

const startHere: StartServer<InProcessServer> = (database, settings) => InProcessServer.start(database, settings);

/** Like `onBothDatabases`, with the server in the process of the test: for test/medium. */
export function onBothDatabasesInProcess(
  name: string,
  suite: (environment: Environment<InProcessServer>) => void,
  options: EnvironmentOptions = {},
): void {
  for (const dialect of DIALECTS) describeOn(dialect, name, suite, options, startHere);
}
