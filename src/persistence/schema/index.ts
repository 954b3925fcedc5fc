import { ApiKeyEntity } from './api-key.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { PredictionEntity } from './prediction.entity.js';
import { RecordAliasEntity } from './record-alias.entity.js';
import { TenantEntity } from './tenant.entity.js';

export { ApiKeyEntity, IdempotencyKeyEntity, PredictionEntity, RecordAliasEntity, TenantEntity };

export const ENTITIES = [ApiKeyEntity, IdempotencyKeyEntity, PredictionEntity, RecordAliasEntity, TenantEntity];
