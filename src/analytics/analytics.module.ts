import { Module } from '@nestjs/common';
import { AnalyticsController, OlderAnalyticsController } from './analytics.controller.js';
import { AnalyticsService } from './analytics.service.js';
import { PredictionsReadModel } from './predictions.read-model.js';

@Module({
  controllers: [AnalyticsController, OlderAnalyticsController],
  providers: [AnalyticsService, PredictionsReadModel],
})
export class AnalyticsModule {}
