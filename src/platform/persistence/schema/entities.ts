import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { BlobDeletionEntity } from './blob-deletion.entity.js';
import { ErasureEntity } from './erasure.entity.js';
import { FeedbackHistoryEntity } from './feedback-history.entity.js';
import { FeedbackScreenshotEntity } from './feedback-screenshot.entity.js';
import { FeedbackSubmissionEntity } from './feedback-submission.entity.js';
import { GrowthSampleEntity } from './growth-sample.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { ModelEntity } from './model.entity.js';
import { LoginAttemptEntity } from './login-attempt.entity.js';
import { MetricEventEntity, MetricEventKeyEntity } from './metric-event.entity.js';
import { PredictionEntity } from './prediction.entity.js';
import { PredictionLabelEntity } from './prediction-label.entity.js';
import {
  PredictionRollupDayEntity,
  PredictionRollupHourEntity,
  PredictionRollupRetiredEntity,
} from './prediction-rollup.entity.js';
import { PredictionVoteEntity } from './prediction-vote.entity.js';
import { RecordAliasEntity } from './record-alias.entity.js';
import { RetentionRunEntity } from './retention-run.entity.js';
import { RetentionSettingEntity } from './retention-setting.entity.js';
import { TenantEntity } from './tenant.entity.js';
import { TrainingExampleEntity, TrainingSetEntity, TrainingSourceEntity } from './training-set.entity.js';
import { UserEntity } from './user.entity.js';
import { UserSessionEntity } from './user-session.entity.js';
import { UserTokenEntity } from './user-token.entity.js';
import { WebhookDeliveryEntity, WebhookEntity } from './webhook.entity.js';

/** Every entity of the schema. */
export const ENTITIES = [
  ApiKeyEntity,
  AuditEntryEntity,
  BlobDeletionEntity,
  ErasureEntity,
  FeedbackHistoryEntity,
  FeedbackScreenshotEntity,
  FeedbackSubmissionEntity,
  GrowthSampleEntity,
  IdempotencyKeyEntity,
  LoginAttemptEntity,
  MetricEventEntity,
  MetricEventKeyEntity,
  ModelEntity,
  PredictionEntity,
  PredictionLabelEntity,
  PredictionRollupDayEntity,
  PredictionRollupHourEntity,
  PredictionRollupRetiredEntity,
  PredictionVoteEntity,
  RecordAliasEntity,
  RetentionRunEntity,
  RetentionSettingEntity,
  TenantEntity,
  TrainingExampleEntity,
  TrainingSetEntity,
  TrainingSourceEntity,
  UserEntity,
  UserSessionEntity,
  UserTokenEntity,
  WebhookDeliveryEntity,
  WebhookEntity,
];
