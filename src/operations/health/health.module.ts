import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { IngestModule } from '#ingest';
import { ModelsModule } from '#models';
import { DatabaseMetrics } from './database-metrics.js';
import { EventLoopWatch } from './event-loop-watch.js';
import { HealthController } from './health.controller.js';
import { Probes } from './probes.js';
import { HealthService } from './health.service.js';
import { Surroundings } from './surroundings.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), IngestModule, ModelsModule],
  controllers: [HealthController],
  providers: [Probes, DatabaseMetrics, EventLoopWatch, HealthService, Surroundings],
  exports: [HealthService],
})
export class HealthModule {}
