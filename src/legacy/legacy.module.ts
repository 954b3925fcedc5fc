import { Module } from '@nestjs/common';
import { AnalyticsModule } from '#analytics';
import { FeedbackModule } from '#feedback';
import { HealthModule } from '#health';
import { IngestModule } from '#ingest';
import { PredictionsModule } from '#predictions';
import { TransferModule } from '#transfer';
import { LegacyImportService } from './databases/legacy-import.service.js';
import { LegacyAnalyticsController } from './paths/legacy-analytics.controller.js';
import { LegacyFeedbackController } from './paths/legacy-feedback.controller.js';
import { LegacyHealthController } from './paths/legacy-health.controller.js';
import { LegacyPredictController } from './paths/legacy-predict.controller.js';

/**
 * What clients and operators of the five legacy systems still need: their paths, their bodies, the names of their
 * settings and the import of their databases. Nothing else of the product depends on it.
 */
@Module({
  imports: [AnalyticsModule, FeedbackModule, HealthModule, IngestModule, PredictionsModule, TransferModule],
  controllers: [LegacyAnalyticsController, LegacyFeedbackController, LegacyHealthController, LegacyPredictController],
  providers: [LegacyImportService],
  exports: [LegacyImportService],
})
export class LegacyModule {}
