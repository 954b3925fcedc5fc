import { type DynamicModule, Module } from '@nestjs/common';
import { AnalyticsModule } from '#analytics';
import { ConfigModule, type FeedbackLoopConfig } from '#config';
import { DashboardModule } from '#dashboard';
import { DocsController } from './docs.controller.js';
import { MetricEventsModule } from '#metric-events';
import { FeedbackModule } from '#feedback';
import { HealthModule } from '#health';
import { HttpModule } from '#http';
import { LabelsModule } from '#labels';
import { LegacyModule } from '#legacy';
import { MailModule } from '#mail';
import { type AppLogger, ObservabilityModule } from '#observability';
import { WebhooksModule } from '#webhooks';
import { GrowthModule } from '#growth';
import { PersistenceModule } from '#persistence';
import { ModelsModule } from '#models';
import { PredictionsModule } from '#predictions';
import { RedisModule } from '#redis';
import { RetentionModule } from '#retention';
import { SubjectsModule } from '#subjects';
import { SchedulingModule } from '#scheduling';
import { SecretsModule } from '#secrets';
import { AccountsModule } from '#accounts';
import { KeysModule } from '#keys';
import { SecurityModule } from '#security';
import { TrainingSetsModule } from '#training-sets';
import { TransferModule } from '#transfer';

@Module({})
export class AppModule {
  static forRoot(config: Readonly<FeedbackLoopConfig>, logger: AppLogger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot(logger),
        SchedulingModule,
        HttpModule,
        SecretsModule,
        RedisModule,
        MailModule,
        PersistenceModule,
        GrowthModule,
        SecurityModule,
        KeysModule,
        AccountsModule,
        LabelsModule,
        ModelsModule,
        PredictionsModule,
        FeedbackModule,
        MetricEventsModule,
        AnalyticsModule,
        TrainingSetsModule,
        TransferModule,
        RetentionModule,
        SubjectsModule,
        WebhooksModule,
        HealthModule,
        DashboardModule,
        LegacyModule,
      ],
      controllers: [DocsController],
    };
  }
}
