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
 * Supports clients and operators of the five legacy systems: their paths, request bodies and setting names, and the
 * import of their databases. No feature depends on it, so that it can be deleted one day.
 */
@Module({
  imports: [AnalyticsModule, FeedbackModule, HealthModule, IngestModule, PredictionsModule, TransferModule],
  controllers: [LegacyAnalyticsController, LegacyFeedbackController, LegacyHealthController, LegacyPredictController],
  providers: [LegacyImportService],
  exports: [LegacyImportService],
})
export class LegacyModule {}
