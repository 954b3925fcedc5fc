import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { BlobDeletionEntity } from './blob-deletion.entity.js';
import { ErasureEntity } from './erasure.entity.js';
import { FeedbackHistoryEntity } from './feedback-history.entity.js';
import { FeedbackSubmissionEntity } from './feedback-submission.entity.js';
import { GrowthSampleEntity } from './growth-sample.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { KeyCheckEntity } from './key-check.entity.js';
import { ModelEntity } from './model.entity.js';
import { LoginAttemptEntity } from './login-attempt.entity.js';
import {
  PredictionRollupDayEntity,
  PredictionRollupHourEntity,
  PredictionRollupRetiredEntity,
} from './prediction-rollup.entity.js';
import { RecordAliasEntity } from './record-alias.entity.js';
import { RetentionRunEntity } from './retention-run.entity.js';
import { RetentionSettingEntity } from './retention-setting.entity.js';
import { TenantEntity } from './tenant.entity.js';
import { TrainingSetEntity } from './training-set.entity.js';
import { UserEntity } from './user.entity.js';
import { UserSessionEntity } from './user-session.entity.js';
import { UserTokenEntity } from './user-token.entity.js';
import { WebhookDeliveryEntity, WebhookEntity } from './webhook.entity.js';

/** Entities of the tables that no feature declares by its columns (`defineTable`). */
export const ENTITIES = [
  ApiKeyEntity,
  AuditEntryEntity,
  BlobDeletionEntity,
  ErasureEntity,
  FeedbackHistoryEntity,
  FeedbackSubmissionEntity,
  GrowthSampleEntity,
  IdempotencyKeyEntity,
  KeyCheckEntity,
  LoginAttemptEntity,
  ModelEntity,
  PredictionRollupDayEntity,
  PredictionRollupHourEntity,
  PredictionRollupRetiredEntity,
  RecordAliasEntity,
  RetentionRunEntity,
  RetentionSettingEntity,
  TenantEntity,
  TrainingSetEntity,
  UserEntity,
  UserSessionEntity,
  UserTokenEntity,
  WebhookDeliveryEntity,
  WebhookEntity,
];
