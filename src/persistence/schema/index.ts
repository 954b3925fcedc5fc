import { ApiKeyEntity } from './api-key.entity.js';
import { PredictionEntity } from './prediction.entity.js';
import { TenantEntity } from './tenant.entity.js';

export { ApiKeyEntity, PredictionEntity, TenantEntity };

export const ENTITIES = [ApiKeyEntity, PredictionEntity, TenantEntity];
