import { CreateTenantsAndKeys1764000000001 } from './common/1764000000001-create-tenants-and-keys.js';
import { CreatePredictions1764000000002 } from './common/1764000000002-create-predictions.js';
import { CreateIdempotency1764000000003 } from './common/1764000000003-create-idempotency.js';
import { ExtendKeysAndAudit1764000000004 } from './common/1764000000004-extend-keys-and-audit.js';
import { CreateUsers1764000000005 } from './common/1764000000005-create-users.js';
import { CreateVotesAndLabels1764000000006 } from './common/1764000000006-create-votes-and-labels.js';
import { CreateFeedback1764000000007 } from './common/1764000000007-create-feedback.js';
import { CreateRetention1764000000009 } from './common/1764000000009-create-retention.js';
import { CreateMetricEvents1764000000012 } from './common/1764000000012-create-metric-events.js';
import { CreateErasures1764000000013 } from './common/1764000000013-create-erasures.js';
import { CreatePredictionRollups1764000000010 } from './common/1764000000010-create-prediction-rollups.js';
import { CreateGrowthSamples1764000000011 } from './common/1764000000011-create-growth-samples.js';
import { CreateWebhooks1764000000014 } from './common/1764000000014-create-webhooks.js';
import { CreateModels1764000000016 } from './common/1764000000016-create-models.js';
import { CreateKeyChecks1764000000017 } from './common/1764000000017-create-key-checks.js';
import { AddScoresKind1764000000020 } from './common/1764000000020-add-scores-kind.js';
import { JudgeVotes1764000000018 } from './common/1764000000018-judge-votes.js';
import { CreateTrainingSets1764000000015 } from './common/1764000000015-create-training-sets.js';
import { FairWebhooks1764000000019 } from './common/1764000000019-fair-webhooks.js';
import { SearchFeedback1764000000008 as SearchFeedbackOnPostgres } from './postgres/1764000000008-search-feedback.js';
import { SearchFeedback1764000000008 as SearchFeedbackOnSqlite } from './sqlite/1764000000008-search-feedback.js';

export * from './support/partitions.js';
export * from './support/runner.js';

/** One ordered history for both dialects. A step for one dialect is in `sqlite/` or `postgres/` and in its list only. */
const COMMON = [
  CreateTenantsAndKeys1764000000001,
  CreatePredictions1764000000002,
  CreateIdempotency1764000000003,
  ExtendKeysAndAudit1764000000004,
  CreateUsers1764000000005,
  CreateVotesAndLabels1764000000006,
  CreateFeedback1764000000007,
];

const LATER = [
  CreateRetention1764000000009,
  CreatePredictionRollups1764000000010,
  CreateGrowthSamples1764000000011,
  CreateMetricEvents1764000000012,
  CreateErasures1764000000013,
  CreateWebhooks1764000000014,
  CreateTrainingSets1764000000015,
  CreateModels1764000000016,
  CreateKeyChecks1764000000017,
  JudgeVotes1764000000018,
  FairWebhooks1764000000019,
  AddScoresKind1764000000020,
];

export const MIGRATIONS = {
  sqlite: [...COMMON, SearchFeedbackOnSqlite, ...LATER],
  postgresql: [...COMMON, SearchFeedbackOnPostgres, ...LATER],
};

export const MIGRATIONS_TABLE = 'feedback_loop_migrations';

/** Tables of this product. A database that has one of them without the migration history belongs to another program. */
export const TABLES = [
  'tenants',
  'api_keys',
  'predictions',
  'idempotency_keys',
  'record_aliases',
  'audit_log',
  'users',
  'user_sessions',
  'user_tokens',
  'login_attempts',
  'prediction_votes',
  'prediction_labels',
  'feedback_submissions',
  'feedback_screenshots',
  'feedback_submissions_history',
  'blob_deletions',
  'retention_runs',
  'retention_settings',
  'prediction_rollup_hours',
  'prediction_rollup_days',
  'prediction_rollup_retired',
  'growth_samples',
  'metric_events',
  'metric_event_keys',
  'erasures',
  'webhooks',
  'webhook_deliveries',
  'training_sets',
  'training_examples',
  'training_sources',
  'models',
  'key_checks',
];
