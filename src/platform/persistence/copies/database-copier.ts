import { TABLES } from '#migrations';
import { AppError } from '#kernel';

/** What a copy holds, at one moment. */
export interface CopiedDatabase {
  /** Table → rows. */
  rows: Record<string, number>;
  /** Migrations that had been applied. */
  migrations: string[];
}

/** A line of the ledger of erasures. */
export interface CopiedErasure {
  tenant_id: string;
  subject_hash: string;
  /** Milliseconds since 1970. */
  requested_at: number;
}

/** Copies a whole database to a file while it is being written, and puts one back; one implementation for each dialect. */
export interface DatabaseCopier {
  /** What the file is called in a backup. */
  readonly fileName: string;
  /** The file is compressed already. */
  readonly compressed: boolean;
  /** A consistent copy, checked. `to` must not be there. @throws BackupFailedError */
  copy(to: string, onProgress: (line: string) => void): Promise<CopiedDatabase>;
  /** Rows by table; undefined when there is no database of ours. */
  look(): Promise<CopiedDatabase | undefined>;
  /** Whom it says were erased, subjects and tenants; none when it says nothing of that. */
  erasures(): Promise<CopiedErasure[]>;
  /** Replaces what is there. Answers where that is kept; null when there was nothing. @throws RestoreFailedError, ServerRunningError */
  restore(from: string, onProgress: (line: string) => void): Promise<string | null>;
}

export class BackupFailedError extends AppError {
  constructor(detail: string, remedy?: string, cause?: unknown) {
    super({
      code: 'backup_failed',
      status: 500,
      title: 'No backup was made',
      detail,
      ...(remedy ? { remedy } : {}),
      cause,
    });
  }
}

export class RestoreFailedError extends AppError {
  constructor(detail: string, remedy?: string, cause?: unknown) {
    super({
      code: 'restore_failed',
      status: 500,
      title: 'Nothing was restored',
      detail,
      ...(remedy ? { remedy } : {}),
      cause,
    });
  }
}

/** Restoring under a running server would lose what it writes meanwhile. */
export class ServerRunningError extends AppError {
  constructor(detail: string) {
    super({
      code: 'server_running',
      status: 409,
      title: 'Nothing was restored',
      detail,
      remedy: 'Stop every server of this database first.',
    });
  }
}

export const COPIED_TABLES: readonly string[] = TABLES;
