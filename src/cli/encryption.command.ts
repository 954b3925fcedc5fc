import type { Command } from 'commander';
import { note, print, printJson } from './output.js';
import { withApp } from './with-app.js';

export function addEncryptionCommand(program: Command): void {
  const encryption = program.command('encryption').description('which key encrypts what is stored, and changing it');
  encryption
    .command('status')
    .description('count values that are not sealed with the newest key; exit code 3 when there are any')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { ReencryptionService } = await import('#security');
      const counts = await withApp((app) => app.get(ReencryptionService).waiting());
      if (json) printJson(counts);
      else for (const [table, count] of Object.entries(counts)) print(`${table}  ${count} with an older key`);
      if (Object.values(counts).some((count) => count > 0)) process.exitCode = 3;
    });
  encryption
    .command('rotate')
    .description('seal everything with the first of FL_ENCRYPTION_KEY; the others must still be listed behind it')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { ReencryptionService } = await import('#security');
      const done = await withApp((app) =>
        app.get(ReencryptionService).run(({ done, table }) => note(`${table}: ${done} values sealed anew`)),
      );
      if (json) printJson(done);
      else for (const each of done) print(`${each.table}  ${each.done} sealed anew, ${each.unreadable} unreadable`);
      // What no key opens is not lost by this, but somebody must find its key.
      if (done.some(({ unreadable }) => unreadable > 0)) process.exitCode = 1;
    });
}
