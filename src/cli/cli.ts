import { Command, CommanderError } from 'commander';
import {
  addBackupCommand,
  addBlobsCommand,
  addConfigCommand,
  addDemoCommand,
  addEncryptionCommand,
  addEraseCommand,
  addExportCommand,
  addImportCommand,
  addKeysCommand,
  addMigrateCommand,
  addOpenApiCommand,
  addPredictCommand,
  addRestoreCommand,
  addRetentionCommand,
  addRollupsCommand,
  addSpoolCommand,
  addStartCommand,
  addTenantsCommand,
  addUsersCommand,
} from './index.js';
import { AppError, VERSION } from '#kernel';

/** 0 done · 1 it failed · 2 the command line is wrong · 3 there is something to do (`migrate check`). */
const FAILED = 1;
const USAGE = 2;

const program = new Command('feedback-loop')
  .description('Log or serve predictions, collect what users say, answer with honest statistics.')
  .version(VERSION)
  .configureHelp({ helpWidth: 110 })
  .showHelpAfterError()
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : USAGE);
  });

for (const add of [
  addStartCommand,
  addMigrateCommand,
  addKeysCommand,
  addTenantsCommand,
  addUsersCommand,
  addEncryptionCommand,
  addBlobsCommand,
  addConfigCommand,
  addOpenApiCommand,
  addPredictCommand,
  addDemoCommand,
  addSpoolCommand,
  addRetentionCommand,
  addRollupsCommand,
  addExportCommand,
  addImportCommand,
  addEraseCommand,
  addBackupCommand,
  addRestoreCommand,
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof AppError) {
    process.stderr.write(`feedback-loop: ${error.title}\n${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`);
    if (error.cause instanceof Error) process.stderr.write(`Cause: ${error.cause.message}\n`);
    process.exitCode = FAILED;
  } else if (error instanceof CommanderError) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = USAGE;
  } else if (isOfTheSystem(error)) {
    process.stderr.write(`feedback-loop: ${error.message}\n`);
    process.exitCode = FAILED;
  } else throw error;
}

/** A file or address of the user's that cannot be used, not a fault of ours. */
function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
