import { Module } from '@nestjs/common';
import { IngestModule, CommitHooks } from '#ingest';
import { ResultCache } from '#cache';
import { StoredTables } from '#persistence';
import { AnalyticsController } from './analytics.controller.js';
import { AnalyticsService } from './analytics.service.js';
import { PredictionsReadModel } from './predictions.read-model.js';
import { RETIREMENT, ROLLED_UP_COLUMNS, ROLLED_UP_TABLE, rollUp, ROWS_BY_TENANT } from './rollups/rollup-insert.js';
import { RollupAuditService } from './rollups/rollup-audit.service.js';
import { RollupMaintenance } from './rollups/rollup-maintenance.job.js';
import { RollupSubtraction } from './rollups/rollup-subtraction.service.js';
import { RollupsReadModel } from './rollups/rollups.read-model.js';
import { RollupsRepository } from './rollups/rollups.repository.js';

@Module({
  imports: [IngestModule],
  controllers: [AnalyticsController],
  providers: [
    AnalyticsService,
    PredictionsReadModel,
    RollupAuditService,
    RollupMaintenance,
    RollupSubtraction,
    RollupsReadModel,
    RollupsRepository,
  ],
  exports: [AnalyticsService, RollupAuditService, RollupMaintenance],
})
export class AnalyticsModule {
  constructor(hooks: CommitHooks, tables: StoredTables, subtraction: RollupSubtraction, results: ResultCache) {
    hooks.register(ROLLED_UP_TABLE, rollUp);
    tables.attach(ROLLED_UP_TABLE, {
      ledger: RETIREMENT,
      onErase: {
        columns: ROLLED_UP_COLUMNS,
        run: (session, tenant, rows) => subtraction.subtract(session, tenant, rows),
      },
      clearCaches: (tenant) => results.invalidate(tenant, 'predictions'),
      countRows: ROWS_BY_TENANT,
    });
  }
}
