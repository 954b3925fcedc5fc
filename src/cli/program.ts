import { types } from 'node:util';
import { Command, CommanderError } from 'commander';
import { addBackupCommand, addRestoreCommand } from './backup.command.js';
import { addBlobsCommand } from './blobs.command.js';
import { addConfigCommand } from './config.command.js';
import { addDemoCommand } from './demo.command.js';
import { addEncryptionCommand } from './encryption.command.js';
import { addEraseCommand } from './erase.command.js';
import { addExportCommand } from './export.command.js';
import { addImportCommand } from './import.command.js';
import { addKeysCommand, addTenantsCommand } from './keys.command.js';
import { addMigrateCommand } from './migrate.command.js';
import { addOpenApiCommand } from './openapi.command.js';
import { addPredictCommand } from './predict.command.js';
import { addRetentionCommand } from './retention.command.js';
import { addRollupsCommand } from './rollups.command.js';
import { addSpoolCommand } from './spool.command.js';
import { addStartCommand } from './start.command.js';
import { addUsersCommand } from './users.command.js';
import { AppError, VERSION } from '#kernel';
import { acceptLegacySettings } from '#legacy-settings';

/** Exit codes: 0 success, 1 failure, 2 wrong command line, 3 work is pending (`migrate check`). */
const FAILED = 1;
const USAGE = 2;

/** Commander has printed what there is to say, and wants to end the process. */
class CommandLineEnded extends Error {
  constructor(readonly exitCode: number) {
    super('the command line ended');
  }
}

/** Every command, in the order of the help. */
export function createProgram(): Command {
  const program = new Command('feedback-loop')
    .description('Log or serve predictions, collect feedback on them, and report honest statistics.')
    .version(VERSION)
    .configureHelp({ helpWidth: 110 })
    .showHelpAfterError()
    .exitOverride((error) => {
      throw new CommandLineEnded(error.exitCode === 0 ? 0 : USAGE);
    });
  for (const addCommand of [
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
  ])
    addCommand(program);
  return program;
}

/** Runs one command line, such as `['keys', 'list']`. Sets `process.exitCode` unless it succeeds. */
export async function runProgram(args: readonly string[]): Promise<void> {
  acceptLegacySettings();
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommandLineEnded) {
      if (error.exitCode !== 0) process.exitCode = error.exitCode;
    } else if (error instanceof AppError) {
      process.stderr.write(
        `feedback-loop: ${error.title}\n${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`,
      );
      if (error.cause instanceof Error) process.stderr.write(`Cause: ${error.cause.message}\n`);
      process.exitCode = FAILED;
    } else if (error instanceof CommanderError) {
      process.stderr.write(`error: ${error.message}\n`);
      process.exitCode = USAGE;
    } else if (isSystemError(error)) {
      process.stderr.write(`feedback-loop: ${error.message}\n`);
      process.exitCode = FAILED;
    } else throw error;
  }
}

/** Whether a file or address that the user named cannot be used, as opposed to a bug in the program. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  // Not by its class, which differs for errors of Node while tests run commands in their process.
  return types.isNativeError(error) && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
