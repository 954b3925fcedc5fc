import type { Command } from 'commander';
import {
  configFromEnvironment,
  configurationPage,
  describeDatabase,
  describeSettings,
  envExample,
  type FeedbackLoopConfig,
  maskedConfig,
  readEnvironment,
  type SettingInForce,
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
    .description(
      'print the effective configuration with secrets masked, and what the start would warn of; exit code 1 if it is invalid or does not fit the database',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const effective = configFromEnvironment();
      await checkFiles(effective);
      const { isDatabaseChecked, problems, warnings } = await checkSurroundings(effective);
      if (problems.length > 0) process.exitCode = 1;
      const settings = describeSettings(effective);
      if (json) {
        printJson({
          variables: maskedConfig(effective),
          changed: settings.filter(({ isChanged }) => isChanged).map(({ name }) => name),
          unknown: unknownVariables(readEnvironment()),
          warnings,
          problems,
          database_checked: isDatabaseChecked,
        });
        return;
      }
      for (const setting of settings) print(lineOf(setting));
      const verdict = problems.length === 0 ? 'The configuration is valid.' : 'The server would not take traffic.';
      note(`\n${verdict} Database: ${describeDatabase(effective.database.target)}`);
      if (!isDatabaseChecked) note('The database cannot be reached, so its settings were not checked.');
      for (const { problem, remedy } of problems) note(`Error: ${problem} ${remedy}`);
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

/** Checks the files that the start reads. @throws ConfigurationError when one of them cannot be used */
async function checkFiles(config: Readonly<FeedbackLoopConfig>): Promise<void> {
  if (config.server.tlsCertPath === undefined) return;
  const { readCertificate } = await import('#app');
  readCertificate(config);
}

/** Marks what differs from the default, and says what the absence of a value means. */
function lineOf({ fallback, isChanged, name, value }: SettingInForce): string {
  const line = `${name}=${value}`;
  if (isChanged) return `${line}  # changed; default: ${fallback}`;
  return value === '' ? `${line}  # ${fallback}` : line;
}
