import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundJobs } from './background-jobs.service.js';

@Global()
@Module({
  // The registry of the Nest scheduler holds every timer and clears it at shutdown.
  imports: [DiscoveryModule, ScheduleModule.forRoot({ cronJobs: false, intervals: false, timeouts: false })],
  providers: [BackgroundJobs],
  exports: [BackgroundJobs],
})
export class SchedulingModule {}
