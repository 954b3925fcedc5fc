export { BulkInsert, type BulkRow, type Merge, type NameClaims } from './contract/bulk-insert.js';
export { Conditions, placeholders } from './contract/conditions.js';
export type { BulkGroup, Database, PoolStats, WriteSession } from './contract/database.js';
export { type Dialect, postgresDialect, sqliteDialect } from './contract/dialect.js';
export {
  DatabaseCorruptError,
  DatabaseFullError,
  DatabaseLockedError,
  DatabaseUnavailableError,
  DataRefusedError,
  isTransient,
  type KeyMismatch,
  KeysMismatchError,
  PartitionMissingError,
  PoolExhaustedError,
  QueryTimeoutError,
  RowsExistError,
  SchemaOutdatedError,
  toDatabaseError,
  TransactionConflictError,
} from './contract/errors.js';
export { DATABASE } from './contract/tokens.js';
export { createCopier, unknownMigrations } from './copies/create-copier.js';
export { type DatabaseCopier, type DatabaseIdentity, RestoreFailedError } from './copies/database-copier.js';
export { SqliteToPostgres } from './copies/sqlite-to-postgres.js';
export { DurabilityService } from './durability/durability.service.js';
export { folderRisks } from './durability/folder-risks.js';
export { TenantIsolationCheck } from './gate/tenant-isolation-check.service.js';
export { type ChangeWork, UnitOfWork } from './gate/unit-of-work.service.js';
export { findMismatches, KeyCheck } from './keys/key-check.service.js';
export { KeyChecksRepository } from './keys/key-checks.repository.js';
export { Announcements } from './lifecycle/announcements.registry.js';
export { createDatabase } from './lifecycle/create-database.js';
export { createDataSource } from './lifecycle/data-source.js';
export { DatabaseSupervisor } from './lifecycle/database-supervisor.service.js';
export { FolderLock } from './lifecycle/folder-lock.js';
export { Migrator } from './lifecycle/migrator.js';
export { PersistenceModule } from './persistence.module.js';
export { ApiKeyEntity } from './schema/api-key.entity.js';
export { AuditEntryEntity } from './schema/audit-entry.entity.js';
export {
  boolean,
  bytes,
  double,
  integer,
  json,
  nullable,
  primary,
  string,
  text,
  time,
  uuid,
  type DialectName,
} from './schema/column-types.js';
export { schemaPage } from './schema/describe-schema.js';
export { FeedbackHistoryEntity } from './schema/feedback-history.entity.js';
export { FeedbackSubmissionEntity } from './schema/feedback-submission.entity.js';
export { IdempotencyKeyEntity } from './schema/idempotency-key.entity.js';
export { LoginAttemptEntity } from './schema/login-attempt.entity.js';
export { ModelEntity } from './schema/model.entity.js';
export {
  columnsOf,
  describeColumns,
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  StringColumn,
  TimeColumn,
  toEntitySchema,
  UuidColumn,
} from './schema/portable-columns.js';
export { RetentionRunEntity } from './schema/retention-run.entity.js';
export { RetentionSettingEntity } from './schema/retention-setting.entity.js';
export { TenantEntity } from './schema/tenant.entity.js';
export { TrainingSetEntity } from './schema/training-set.entity.js';
export { UserSessionEntity } from './schema/user-session.entity.js';
export { UserTokenEntity } from './schema/user-token.entity.js';
export { UserEntity } from './schema/user.entity.js';
export { WebhookDeliveryEntity, WebhookEntity } from './schema/webhook.entity.js';
export { connectionOptions } from './postgres/connection-options.js';
export { SqliteFile } from './sqlite/sqlite-file.js';
export {
  type AcceptedFiles,
  type EventBatchDeclaration,
  type EventDeclaration,
  type RetainedTable,
  RETENTION_KINDS,
  type RetentionKind,
  type RetirementLedger,
  type SealedTable,
  type SubjectTable,
  type TableBehaviour,
  TRANSFER_KINDS,
  type TransferKind,
  type TransferRecord,
  type TransferTable,
} from './tables/declarations.js';
export { defineTable, type NewRecordOf, type RecordOf } from './tables/define-table.js';
export { StoredTables } from './tables/stored-tables.registry.js';
export {
  BATCH_RECORDS,
  type RecordedChange,
  TemporalStore,
  type Versioned,
} from './temporal/temporal-store.service.js';
export { HistoryOf, Temporal, type TemporalEntity } from './temporal/temporal.decorator.js';
