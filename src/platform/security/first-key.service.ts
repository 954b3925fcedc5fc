import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError, type Clock, CLOCK, formatTime, systemClock } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor, type Migrator } from '#persistence';
import { createKey } from './api-key-format.js';
import { ApiKeysRepository, createFirstKey } from './api-keys.repository.js';

/** Creates the first key when a database without keys is opened, so that an administrator can start. */
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
      const created = await this.repository.createFirst(createKey(), now, (key) => {
        const kept = publishKey(path, key, now);
        if (kept) {
          this.logger.warn({ admin_key: kept }, 'admin.key belonged to another database and was renamed');
        }
      });
      if (created) this.logger.info({ admin_key: path }, 'first key written; it has every scope');
    } catch (error) {
      // The file is kept: if only the response to COMMIT was lost, it holds the only key.
      if (!(error instanceof KeyFileError)) throw error;
      // The database still counts as up: keys from FL_API_KEYS work, and records are stored.
      this.logger.error({ err: error.cause, remedy: error.remedy }, 'admin.key cannot be written');
    }
  }
}

/**
 * Creates the first key for the CLI, after a migration. Returns the path of the key file; undefined if the database
 * already has keys.
 * @throws KeyFileError when the key file cannot be written; no key was created then
 */
export async function makeFirstKey(
  config: Readonly<FeedbackLoopConfig>,
  migrator: Migrator,
): Promise<string | undefined> {
  const path = adminKeyPath(config);
  const now = systemClock.now();
  const created = await migrator.transaction((manager) =>
    createFirstKey(manager, createKey(), now, (key) => publishKey(path, key, now)),
  );
  return created ? path : undefined;
}

/**
 * The file system refused the key file. A separate error, because codes such as EACCES would otherwise be taken for
 * those of a database that cannot be opened.
 */
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
 * Writes the key file. Renames an existing file, which belongs to another database, and returns its new name.
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

/**
 * Renames the key file if it exists, because it may hold the only key of another database. Returns its new name;
 * undefined if there was no file.
 */
function setAside(path: string, now: number): string | undefined {
  if (!existsSync(path)) return undefined;
  const kept = `${path}.until-${formatTime(now).replaceAll(':', '-')}`;
  renameSync(path, kept);
  return kept;
}

/**
 * Writes the key to disk. This happens before the commit: a crash in between leaves a file that the next start
 * replaces, instead of a key that is in no file.
 */
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
