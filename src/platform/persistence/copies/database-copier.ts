import { TABLES } from '#migrations';
import { AppError } from '#kernel';

/** Content of a copy at one moment. */
export interface CopiedDatabase {
  /** Number of rows by table. */
  rows: Record<string, number>;
  /** Names of the applied migrations. */
  migrations: string[];
}

/** An entry of the ledger of erasures. */
export interface CopiedErasure {
  tenant_id: string;
  subject_hash: string;
  /** Milliseconds since 1970. */
  requested_at: number;
}

/** Copies a whole database to a file while it is in use, and restores it. Each dialect has one implementation. */
export interface DatabaseCopier {
  /** Name of the file in a backup. */
  readonly fileName: string;
  /** Whether the file is already compressed. */
  readonly compressed: boolean;
  /** Creates and checks a consistent copy. `to` must not exist. @throws BackupFailedError */
  copy(to: string, onProgress: (line: string) => void): Promise<CopiedDatabase>;
  /** Returns the rows by table, or undefined when there is no database of this product. */
  inspect(): Promise<CopiedDatabase | undefined>;
  /** Returns the erased subjects and tenants; empty when the database has no ledger. */
  erasures(): Promise<CopiedErasure[]>;
  /**
   * Replaces the current database. Returns the name under which it is kept, or null if there was none.
   * @throws RestoreFailedError, ServerRunningError
   */
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

/** A running server would lose the records that it writes during a restore. */
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
