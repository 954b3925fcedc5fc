import type { Command } from 'commander';
import {
  configFromEnvironment,
  configurationPage,
  describeDatabase,
  envExample,
  maskedConfig,
  readEnvironment,
  unknownVariables,
} from '#config';
import { checkGenerated, type GeneratedFile, writeGenerated } from './generated-file.js';
import { checkSurroundings } from './config-surroundings.js';
import { note, print, printJson } from './output.js';

const generatedFiles = (): GeneratedFile[] => [
  { path: '.env.example', content: envExample() },
  { path: 'docs/configuration.md', content: configurationPage() },
];

export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('inspect the configuration');

  config
    .command('check')
    .description('print the effective configuration with secrets masked; exit code 1 if it is invalid')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const effective = configFromEnvironment();
      const masked = maskedConfig(effective);
      const { isDatabaseChecked, warnings } = await checkSurroundings(effective);
      if (json) {
        printJson({
          variables: masked,
          unknown: unknownVariables(readEnvironment()),
          warnings,
          database_checked: isDatabaseChecked,
        });
        return;
      }
      for (const [name, value] of Object.entries(masked)) print(`${name}=${value}`);
      note(`\nThe configuration is valid. Database: ${describeDatabase(effective.database.target)}`);
      if (!isDatabaseChecked) note('The database cannot be reached, so its settings were not checked.');
      for (const { problem, remedy } of warnings) note(`Warning: ${problem} ${remedy}`);
      for (const name of unknownVariables(readEnvironment()))
        note(`Warning: ${name} is not a known variable and is ignored.`);
    });

  config
    .command('docs')
    .description('print the configuration page; --write and --check are for developers of feedback-loop')
    .option('--write', 'write .env.example and docs/configuration.md')
    .option('--check', 'fail if they differ from the code')
    .action(({ write, check }: { write?: boolean; check?: boolean }) => {
      if (check) checkGenerated(generatedFiles());
      else if (write) writeGenerated(generatedFiles());
      else print(configurationPage());
    });
}
