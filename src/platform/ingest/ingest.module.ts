import { Module } from '@nestjs/common';
import { DatabaseWriter } from './commit/database-writer.service.js';
import { IdempotencyMaintenance } from './idempotency/idempotency-maintenance.job.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { RecordAliasesRepository } from './idempotency/record-aliases.repository.js';
import { ReplayGuards } from './spool/replay-guards.registry.js';
import { CommitHooks } from './commit/commit-hooks.registry.js';
import { Recorder } from './commit/recorder.service.js';
import { RecordingService } from './commit/recording.service.js';
import { SealedRows } from './spool/sealed-rows.service.js';
import { SpoolService } from './spool/spool.service.js';

const SHARED_WITH_FEATURES = [
  DatabaseWriter,
  RecordAliasesRepository,
  RecordingService,
  ReplayGuards,
  CommitHooks,
  SpoolService,
];

@Module({
  providers: [...SHARED_WITH_FEATURES, IdempotencyMaintenance, IdempotencyService, Recorder, SealedRows],
  exports: SHARED_WITH_FEATURES,
})
export class IngestModule {}
