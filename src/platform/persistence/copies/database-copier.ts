import { createHash } from 'node:crypto';
import { TABLES } from '#migrations';
import { AppError } from '#kernel';

const MAX_LABEL_LENGTH = 40;

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

export interface DatabaseIdentity {
  /** The name of the database or of its file; characters other than letters, digits and `_` are replaced. */
  label: string;
  /** 8 hexadecimal digits. */
  id: string;
}

/**
 * Derives the identity from the time at which the first tenant was created. The address does not identify a database:
 * in containers, every SQLite file has the same path.
 */
export function identityOf(name: string, firstTenantAt: number | undefined): DatabaseIdentity {
  const label = name.replace(/\W+/g, '_').slice(0, MAX_LABEL_LENGTH) || 'database';
  const origin = firstTenantAt === undefined ? name : String(firstTenantAt);
  return { label, id: createHash('sha256').update(origin).digest('hex').slice(0, 8) };
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
  /**
   * Returns a short name that tells databases apart: a readable part and 8 hexadecimal digits that move with the data,
   * through a restore or a move to PostgreSQL.
   */
  identify(): Promise<DatabaseIdentity>;
  /** Returns the erased subjects and tenants; empty when the database has no ledger. */
  erasures(): Promise<CopiedErasure[]>;
  /**
   * Replaces the current database. Returns the name under which it is kept, or null if there was none.
   * @throws RestoreFailedError, ServerRunningError
   */
  restore(from: string, onProgress: (line: string) => void): Promise<string | null>;
}

/** Title of the errors of a restore. */
export const NOT_RESTORED = 'Nothing was restored';

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
      title: NOT_RESTORED,
      detail,
      ...(remedy ? { remedy } : {}),
      cause,
    });
  }
}

export const COPIED_TABLES: readonly string[] = TABLES;
