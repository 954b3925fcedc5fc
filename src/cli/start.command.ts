import type { Command } from 'commander';
import { configFromEnvironment } from '../config/index.js';
import { startServer } from '../server.js';

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('start the server; settings come from the environment and .env')
    .action(async () => {
      await startServer(configFromEnvironment());
    });
}
