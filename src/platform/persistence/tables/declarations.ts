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

/** A record with the names of an export file. Times are milliseconds since 1970, and encrypted values are decrypted. */
export type TransferRecord = Readonly<Record<string, unknown>>;

/**
 * Returns a statement that runs before rows are deleted. `$1` is the tenant; `marks` are the placeholders of the ids.
 */
export type BeforeDelete = (marks: string) => string;

/** When the rows of a table expire. */
export interface RetentionDeclaration {
  kind: RetentionKind;
  /** Column that decides when a row expires. */
  time: string;
  /** Partitioned by month on `id` in PostgreSQL. A partition that has expired for every tenant is dropped. */
  partitioned?: boolean;
}

/** Rows that belong to a data subject, a `user_id`. */
export interface SubjectDeclaration {
  /** Name of the table in certificates and exports. */
  store: string;
  /**
   * Rows of other subject tables that refer to these and have no subject of their own. The same person wrote them, so
   * they are erased too, with the rows that belong to them.
   */
  dependents?: readonly { table: string; column: string; where: string }[];
}

/** Rows that are deleted with the row of another table. */
export interface ParentDeclaration {
  table: string;
  /** Column that holds the id of the parent. */
  column: string;
  /** Column that identifies the rows; default: `id`. */
  key?: string;
  /** Condition that selects the rows where the column alone does not; `marks` are the ids of the parents. */
  matching?: (marks: string) => string;
  /** Whether retention also removes them with their parent; default: true. Erasure always removes them. */
  expires?: boolean;
}

/** Files of an imported record, to be stored with it. */
export interface AcceptedFiles {
  row: BulkRow;
  groups: readonly BulkGroup[];
  accepted: number;
  refused: number;
}

/** How rows appear in a file. A column has its own name in a file unless it is renamed. */
export interface TransferDeclaration {
  kind: TransferKind;
  /** Column that time ranges refer to. */
  time: string;
  /** Whether the id begins with that time, so that ids select the partitions. */
  timeInId?: boolean;
  /** Columns that this installation computes and that have no meaning elsewhere. */
  omitted: readonly string[];
  /** Names that are visible only to callers who may read texts. */
  texts: readonly string[];
  /** Encrypted columns that hold JSON; the others hold text. */
  sealedJson?: readonly string[];
  /** Text columns that a file may also hold as numbers; `toColumns` converts them. */
  orNumber?: readonly string[];
  /** Columns that a file may omit, with their defaults. `id` and the time may always be missing. */
  defaults: Readonly<Record<string, unknown>>;
  /** Converts columns to the record in a file where they do not correspond one to one. */
  toRecord?(columns: TransferRecord): TransferRecord;
  /**
   * Converts a record in a file to columns and computes the dependent ones; values are not encrypted yet. A record with
   * an id of its own (`hasId`) was stored before.
   */
  toColumns?(tenant: TenantContext, columns: TransferRecord, hasId: boolean): TransferRecord;
  /** Accepts files as base64 or data URLs. A record is kept even if one of its files is refused. */
  withFiles?(tenant: TenantContext, row: BulkRow, files: readonly string[]): Promise<AcceptedFiles>;
}

/** Encrypted columns: text, or JSON whose envelope is stored as a JSON string. */
export interface SealedDeclaration {
  columns: Readonly<Record<string, 'text' | 'json'>>;
  /** Column whose value binds the envelope to its row; default: `id`. */
  boundTo?: string;
}

export interface GrowthDeclaration {
  partitioned?: boolean;
}

/** The webhook event of a new row. The payload holds ids and figures, never a text. */
export interface EventDeclaration {
  type: string;
  payload(row: BulkRow): Record<string, unknown>;
  /** Another event, which reports many new rows at once to receivers that ask for it instead. */
  batch?: EventBatchDeclaration;
}

/** An event about many new rows. */
export interface EventBatchDeclaration {
  type: string;
  /** Returns the payloads for rows of one tenant. */
  payloads(rows: readonly BulkRow[]): Record<string, unknown>[];
  /** Joins payloads of one tenant, in order, into as few as possible. The first contains the first payload. */
  fold(payloads: readonly Record<string, unknown>[]): Record<string, unknown>[];
}

/** Declares everything about a table except its columns. */
export interface TableOptions {
  /** Names of columns in records and files. */
  names?: Readonly<Record<string, string>>;
  /** The primary key; default: `id`. */
  id?: readonly string[];
  /** Columns that decide whether a row with an existing id is the same record; default: none are compared. */
  identity?: readonly string[];
  /** See `BulkInsertOptions`. */
  newer?: string;
  claims?: NameClaims;
  /** Column with the time at which this server accepted the row. */
  acceptedAt?: string;
  retention?: RetentionDeclaration;
  subject?: SubjectDeclaration;
  sealed?: SealedDeclaration;
  transfer?: TransferDeclaration;
  growth?: GrowthDeclaration;
  parent?: ParentDeclaration | readonly ParentDeclaration[];
  /** Name of the rows in certificates when they are erased with their parent. */
  store?: string;
  beforeDelete?: BeforeDelete;
  events?: EventDeclaration;
}

/** Runs on rows that are being erased, in the same transaction. */
export interface EraseHook {
  columns: readonly string[];
  run(session: WriteSession, tenant: TenantContext, rows: readonly Record<string, unknown>[]): Promise<void>;
}

/** Records rows that retention deletes, in the same transaction. */
export interface RetirementLedger {
  /** Columns of the deleted rows that it needs. */
  columns: readonly string[];
  entries(rows: readonly Record<string, unknown>[], dialect: Dialect): BulkGroup[];
  /** Statements that do the same for all rows of a time span on PostgreSQL; each takes `[from, to]`. */
  ofSpan: readonly string[];
}

/**
 * Behaviour of a table that needs services. Its own feature registers it with the table; other features may add some.
 */
export interface TableBehaviour {
  /** Replaces the parts of the declared transfer that need services. */
  transfer?: Partial<Pick<TransferDeclaration, 'toRecord' | 'toColumns' | 'withFiles'>>;
  /** Reads the files of rows, for the export of a subject. */
  files?: (tenant: TenantContext, ids: readonly string[]) => AsyncIterable<{ name: string; bytes: Buffer }>;
  /** Clears caches and indexes whose entries cannot be attributed to a subject. `removed` counts rows by store. */
  clearCaches?: (tenant: TenantContext, removed: Readonly<Record<string, number>>) => Promise<void>;
  /** Runs after retention has deleted rows of the table. */
  onExpired?: () => Promise<void>;
  onErase?: EraseHook;
  ledger?: RetirementLedger;
  /** Statement that selects `tenant_id` and `n`, if there is a cheaper way to count the rows of each tenant. */
  countRows?: string;
}

/** A table whose rows expire, with the tables whose rows are deleted with them. */
export interface RetainedTable extends RetentionDeclaration {
  table: string;
  children: readonly { table: string; column: string }[];
  before?: BeforeDelete;
}

/** A table with rows of data subjects, with the tables whose rows are erased with them. */
export interface SubjectTable extends SubjectDeclaration {
  table: string;
  /** Column with the time of acceptance. Rows accepted before an erasure are erased even if they arrive later. */
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
