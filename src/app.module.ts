import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AnalyticsModule } from './analytics/index.js';
import { ConfigModule, type FeedbackLoopConfig } from './config/index.js';
import { DashboardModule } from './dashboard/index.js';
import { DocsController } from './docs.controller.js';
import { EventsModule } from './events/index.js';
import { FeedbackModule } from './feedback/index.js';
import { HealthModule } from './health/index.js';
import { HttpModule } from './http/index.js';
import { LabelsModule } from './labels/index.js';
import { MailModule } from './mail/index.js';
import { type AppLogger, ObservabilityModule } from './observability/index.js';
import { OpenApiDocuments } from './openapi.js';
import { OutboxModule } from './outbox/index.js';
import { PersistenceModule } from './persistence/index.js';
import { PredictionsModule } from './predictions/index.js';
import { RedisModule } from './redis/index.js';
import { RetentionModule } from './retention/index.js';
import { SecretsModule } from './secrets/index.js';
import { SecurityModule } from './security/index.js';
import { TrainingModule } from './training/index.js';
import { TransferModule } from './transfer/index.js';

@Module({})
export class AppModule {
  static forRoot(config: Readonly<FeedbackLoopConfig>, logger: AppLogger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot(logger),
        ScheduleModule.forRoot(),
        HttpModule,
        SecretsModule,
        RedisModule,
        MailModule,
        PersistenceModule,
        SecurityModule,
        LabelsModule,
        PredictionsModule,
        FeedbackModule,
        EventsModule,
        AnalyticsModule,
        TrainingModule,
        TransferModule,
        RetentionModule,
        OutboxModule,
        HealthModule,
        DashboardModule,
      ],
      controllers: [DocsController],
      providers: [OpenApiDocuments],
    };
  }
}
