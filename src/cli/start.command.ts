import type { Command } from 'commander';
import { configFromEnvironment } from '#config';

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('start the server; settings come from the environment and .env')
    .action(async () => {
      const { startServer } = await import('#app');
      await startServer(configFromEnvironment());
    });
}
