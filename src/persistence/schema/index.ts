import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { PredictionEntity } from './prediction.entity.js';
import { RecordAliasEntity } from './record-alias.entity.js';
import { TenantEntity } from './tenant.entity.js';

export { ApiKeyEntity, AuditEntryEntity, IdempotencyKeyEntity, PredictionEntity, RecordAliasEntity, TenantEntity };

export const ENTITIES = [
  ApiKeyEntity,
  AuditEntryEntity,
  IdempotencyKeyEntity,
  PredictionEntity,
  RecordAliasEntity,
  TenantEntity,
];
