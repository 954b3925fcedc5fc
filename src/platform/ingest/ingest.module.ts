import { Module } from '@nestjs/common';
import { DatabaseWriter } from './commit/database-writer.js';
import { IdempotencyMaintenance } from './idempotency/idempotency-maintenance.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { RecordAliasesRepository } from './idempotency/record-aliases.repository.js';
import { RecordKinds } from './commit/record-kinds.js';
import { RecordSurroundings } from './commit/record-surroundings.js';
import { ReplayGuards } from './spool/replay-guards.js';
import { Riders } from './commit/riders.js';
import { Recorder } from './commit/recorder.js';
import { SpoolService } from './spool/spool-service.js';

const SHARED_WITH_FEATURES = [
  DatabaseWriter,
  IdempotencyService,
  RecordAliasesRepository,
  RecordKinds,
  Recorder,
  ReplayGuards,
  Riders,
  SpoolService,
];

@Module({
  providers: [...SHARED_WITH_FEATURES, IdempotencyMaintenance, RecordSurroundings],
  exports: SHARED_WITH_FEATURES,
})
export class IngestModule {}
