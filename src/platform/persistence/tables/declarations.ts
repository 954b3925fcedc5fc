import type { TenantContext } from '#kernel';
import type { BulkInsert, BulkRow, NameClaims } from '../contract/bulk-insert.js';
import type { BulkGroup, WriteSession } from '../contract/database.js';
import type { Dialect } from '../contract/dialect.js';
import type { EntityColumn } from '../schema/portable-columns.js';

/** Kinds of records with a retention period of their own. */
export const RETENTION_KINDS = ['predictions', 'feedback', 'metrics'] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/** Kinds of records that are exported to files and imported from them. */
export const TRANSFER_KINDS = ['predictions', 'votes', 'labels', 'feedback', 'metrics'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** A record by the names of a file; times are milliseconds since 1970, encrypted values are decrypted. */
export type TransferRecord = Readonly<Record<string, unknown>>;

/** Runs before rows are deleted; `$1` is the tenant, `marks` are the ids. */
export type BeforeDelete = (marks: string) => string;

/** When the rows of a table expire. */
export interface RetentionDeclaration {
  kind: RetentionKind;
  /** The column by which rows expire. */
  time: string;
  /** Partitioned by month on `id` in PostgreSQL: a partition that has expired for every tenant is dropped. */
  partitioned?: boolean;
}

/** Rows that belong to a data subject, a `user_id`. */
export interface SubjectDeclaration {
  /** The name of the table in certificates and exports. */
  store: string;
  /**
   * Rows of other subject tables that refer to these and have no subject of their own: the same person said them, so they are erased too,
   * with what belongs to them.
   */
  dependents?: readonly { table: string; column: string; where: string }[];
}

/** Rows that are deleted with the row of another table. */
export interface ParentDeclaration {
  table: string;
  /** The column that holds the parent's id. */
  column: string;
  /** What identifies the rows; default: `id`. */
  key?: string;
  /** Selects the rows where the column alone does not; `marks` are the ids of the parents. */
  matching?: (marks: string) => string;
  /** Whether retention also removes them with their parent; default: true. Erasure always does. */
  expires?: boolean;
}

/** Files that came with a record, to be stored with it. */
export interface TakenFiles {
  row: BulkRow;
  groups: readonly BulkGroup[];
  taken: number;
  refused: number;
}

/** How rows look in a file. What a file calls a column is the column's name, unless it is renamed. */
export interface TransferDeclaration {
  kind: TransferKind;
  /** The column that time ranges refer to. */
  time: string;
  /** The id begins with that time, so partitions are told apart by it. */
  timeInId?: boolean;
  /** Columns that are made here and are useless elsewhere. */
  leftOut: readonly string[];
  /** Names that only callers who may read texts see. */
  texts: readonly string[];
  /** Encrypted columns that hold JSON; the others hold a text. */
  sealedJson?: readonly string[];
  /** Columns that a file may leave out, with their defaults; `id` and the time may always be missing. */
  defaults: Readonly<Record<string, unknown>>;
  /** Columns → what a file shows, where that is not one to one. */
  toRecord?(columns: TransferRecord): TransferRecord;
  /** What a file shows → columns, with the columns that are computed from others; nothing is encrypted yet. */
  toColumns?(tenant: TenantContext, columns: TransferRecord): TransferRecord;
  /** `files` are base64 or data URLs. A file that is refused does not keep its record out. */
  withFiles?(tenant: TenantContext, row: BulkRow, files: readonly string[]): Promise<TakenFiles>;
}

/** Encrypted columns: a text, or JSON whose envelope is kept as a JSON string. */
export interface SealedDeclaration {
  columns: Readonly<Record<string, 'text' | 'json'>>;
  /** The column whose value binds the envelope to its row; default: `id`. */
  boundTo?: string;
}

export interface GrowthDeclaration {
  partitioned?: boolean;
}

/** The webhook event that a new row causes; the payload holds ids and figures, never a text. */
export interface EventDeclaration {
  type: string;
  payload(row: BulkRow): Record<string, unknown>;
}

/** Everything about a table but its columns. */
export interface TableOptions {
  /** Column → name in records and files. */
  names?: Readonly<Record<string, string>>;
  /** The primary key; default: `id`. */
  id?: readonly string[];
  /** Columns that tell whether a row with a known id is the same record; default: none are compared. */
  identity?: readonly string[];
  /** See `BulkInsertOptions`. */
  newer?: string;
  claims?: NameClaims;
  /** The column that says when this server accepted the row. */
  acceptedAt?: string;
  retention?: RetentionDeclaration;
  subject?: SubjectDeclaration;
  sealed?: SealedDeclaration;
  transfer?: TransferDeclaration;
  growth?: GrowthDeclaration;
  parent?: ParentDeclaration | readonly ParentDeclaration[];
  /** The name of the rows in certificates when they are erased with their parent. */
  store?: string;
  beforeDelete?: BeforeDelete;
  events?: EventDeclaration;
}

/** Called with rows that are being erased, in the same transaction. */
export interface EraseHook {
  columns: readonly string[];
  run(session: WriteSession, tenant: TenantContext, rows: readonly Record<string, unknown>[]): Promise<void>;
}

/** What is written down about rows that retention deletes, in the same transaction. */
export interface RetirementLedger {
  /** The columns of the deleted rows that it needs. */
  columns: readonly string[];
  entries(rows: readonly Record<string, unknown>[], dialect: Dialect): BulkGroup[];
  /** The same for all rows of a time span, on PostgreSQL; each statement takes `[from, to]`. */
  ofSpan: readonly string[];
}

/** What services do for a table at run time: registered with it by its own feature, or added by another. */
export interface TableBehaviour {
  /** Replaces parts of the declared transfer that need services. */
  transfer?: Partial<Pick<TransferDeclaration, 'toRecord' | 'toColumns' | 'withFiles'>>;
  /** Files of rows, for the export of a subject. */
  files?: (tenant: TenantContext, ids: readonly string[]) => AsyncIterable<{ name: string; bytes: Buffer }>;
  /** Empties caches and indexes that cannot tell whose their entries are; `removed` counts rows by store. */
  onForget?: (tenant: TenantContext, removed: Readonly<Record<string, number>>) => Promise<void>;
  /** Runs after retention has deleted rows of this kind. */
  onExpired?: () => Promise<void>;
  onErase?: EraseHook;
  ledger?: RetirementLedger;
  /** Selects `tenant_id` and `n`: a cheaper way to count the rows by tenant than counting them. */
  countRows?: string;
}

/** A table whose rows expire, with the tables whose rows go with them. */
export interface RetainedTable extends RetentionDeclaration {
  table: string;
  children: readonly { table: string; column: string }[];
  before?: BeforeDelete;
}

/** A table that holds rows of data subjects, with the tables whose rows go with them. */
export interface SubjectTable extends SubjectDeclaration {
  table: string;
  /** The column that says when a row was accepted: rows accepted before an erasure are erased even when they arrive later. */
  accepted: string;
  children: readonly (Omit<ParentDeclaration, 'table' | 'expires'> & { store: string; table: string })[];
  before?: BeforeDelete;
  files?: TableBehaviour['files'];
}

/** A table that is exported and imported. */
export interface TransferTable extends TransferDeclaration {
  insert: BulkInsert;
  columns: readonly EntityColumn[];
  names: Readonly<Record<string, string>>;
  sealed: SealedDeclaration | undefined;
}

/** A table with encrypted columns. */
export interface SealedTable {
  table: string;
  columns: readonly { name: string; kind: 'text' | 'json' }[];
  boundTo: string;
}
