import type { Command } from 'commander';
import { configFromEnvironment } from '#config';
import { confirm } from './confirm.js';
import { note, print, printJson } from './output.js';
import { withApp } from './with-app.js';

export function addEncryptionCommand(program: Command): void {
  const encryption = program.command('encryption').description('manage the key that encrypts stored values');
  encryption
    .command('status')
    .description('count values that are not encrypted with the newest key; exit code 3 if there are any')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { ReencryptionService } = await import('#security');
      const counts = await withApp((app) => app.get(ReencryptionService).waiting());
      if (json) printJson(counts);
      else for (const [table, count] of Object.entries(counts)) print(`${table}  ${count} with a previous key`);
      if (Object.values(counts).some((count) => count > 0)) process.exitCode = 3;
    });
  encryption
    .command('rotate')
    .description(
      're-encrypt all values with the first key of FL_ENCRYPTION_KEY; previous keys must still be listed after it',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { ReencryptionService } = await import('#security');
      const results = await withApp((app) =>
        app.get(ReencryptionService).run(({ done, table }) => note(`${table}: ${done} values re-encrypted`)),
      );
      if (json) printJson(results);
      else for (const each of results) print(`${each.table}  ${each.done} re-encrypted, ${each.unreadable} unreadable`);
      // Unreadable values are kept. The exit code asks the operator to find their key.
      if (results.some(({ unreadable }) => unreadable > 0)) process.exitCode = 1;
    });
  encryption
    .command('adopt')
    .description(
      'record the keys of this configuration as those of the database, when its own keys are lost; what those encrypted stays unreadable',
    )
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { yes?: boolean }) => {
      const { adoptKeys, findKeyMismatches } = await import('./config-surroundings.js');
      const config = configFromEnvironment();
      const mismatches = await findKeyMismatches(config);
      if (mismatches.length === 0) {
        print('The keys of this configuration are those of the database already.');
        return;
      }
      for (const { own, recorded, variable } of mismatches)
        note(`${variable}: the database has key ${recorded}, this configuration has ${own.join(', ') || 'none'}.`);
      note('Values under the keys of the database become unreadable, and servers with those keys stop at a restart.');
      if (!(await confirm({ yes, undone: 'Nothing was changed', action: 'replace the keys of the database' }))) return;
      await adoptKeys(config);
      print('The keys of this configuration are those of the database now.');
    });
}
