import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { IngestModule } from '#ingest';
import { ModelsModule } from '#models';
import { DatabaseMetrics } from './database-metrics.service.js';
import { DatabaseReport } from './database-report.service.js';
import { EventLoopWatch } from './event-loop-watch.service.js';
import { HealthController } from './health.controller.js';
import { Probes } from './probes.service.js';
import { HealthService } from './health.service.js';
import { RuntimeStatus } from './runtime-status.service.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), IngestModule, ModelsModule],
  controllers: [HealthController],
  providers: [Probes, DatabaseMetrics, DatabaseReport, EventLoopWatch, HealthService, RuntimeStatus],
  exports: [HealthService],
})
export class HealthModule {}
