import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError, type Clock, CLOCK, formatTime, systemClock } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor, type Migrator } from '#persistence';
import { createKey } from './api-key-format.js';
import { ApiKeysRepository, createFirstKey } from './api-keys.repository.js';

/** Makes the key with which everything begins, the first time a database without any key is opened. */
@Injectable()
export class FirstKey implements OnModuleInit {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly repository: ApiKeysRepository,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.supervisor.onReady(() => this.ensure());
  }

  private async ensure(): Promise<void> {
    const path = adminKeyPath(this.config);
    const now = this.clock.now();
    try {
      const made = await this.repository.createFirst(createKey(), now, (key) => {
        const kept = publishKey(path, key, now);
        if (kept) {
          this.logger.warn({ admin_key: kept }, 'admin.key belonged to another database; it was kept under this name');
        }
      });
      if (made) this.logger.info({ admin_key: path }, 'first key written; it has every scope');
    } catch (error) {
      // The file stays whatever happened: when only the answer to COMMIT was lost, it holds the one key there is.
      if (!(error instanceof KeyFileError)) throw error;
      // No reason to take the database for dead: keys from FL_API_KEYS work, and records are kept.
      this.logger.error({ err: error.cause, remedy: error.remedy }, 'admin.key cannot be written');
    }
  }
}

/**
 * The same for the CLI, after a migration. Answers where the key was written, or undefined when the database has keys.
 * @throws KeyFileError when the key cannot be written: then none was made
 */
export async function makeFirstKey(
  config: Readonly<FeedbackLoopConfig>,
  migrator: Migrator,
): Promise<string | undefined> {
  const path = adminKeyPath(config);
  const now = systemClock.now();
  const made = await migrator.transaction((manager) =>
    createFirstKey(manager, createKey(), now, (key) => publishKey(path, key, now)),
  );
  return made ? path : undefined;
}

/** The file system, not the database, said no. Codes like EACCES would look like those of a database that cannot be opened. */
export class KeyFileError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'key_file',
      status: 500,
      title: 'The key file cannot be written',
      detail: 'admin.key cannot be written.',
      remedy: 'Make FL_DATA_DIR writable and start again.',
      cause,
    });
  }
}

/**
 * Writes the key, keeping the file of another database under a new name, which is answered.
 * @throws KeyFileError
 */
function publishKey(path: string, key: string, now: number): string | undefined {
  try {
    const kept = setAside(path, now);
    writeKeyFile(path, key);
    return kept;
  } catch (error) {
    throw new KeyFileError(error);
  }
}

export function adminKeyPath({ server: { dataDir } }: Pick<FeedbackLoopConfig, 'server'>): string {
  return resolve(join(dataDir, 'admin.key'));
}

/** The file may hold the only key of another database: it is never overwritten. Answers its new name, if there was one. */
function setAside(path: string, now: number): string | undefined {
  if (!existsSync(path)) return undefined;
  const kept = `${path}.until-${formatTime(now).replaceAll(':', '-')}`;
  renameSync(path, kept);
  return kept;
}

/** Written before the commit: a crash between the two leaves a file that the next start replaces, never a key nobody has. */
function writeKeyFile(path: string, key: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${key}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
