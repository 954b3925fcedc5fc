import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundJobs } from './background-jobs.service.js';

@Global()
@Module({
  // Every timer is in the registry of Nest's own scheduler, which clears them at shutdown.
  imports: [DiscoveryModule, ScheduleModule.forRoot({ cronJobs: false, intervals: false, timeouts: false })],
  providers: [BackgroundJobs],
  exports: [BackgroundJobs],
})
export class SchedulingModule {}
