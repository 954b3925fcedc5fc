import { Global, Module } from '@nestjs/common';
import { GrowthRepository } from './growth.repository.js';
import { GrowthService } from './growth.service.js';

/** How many rows and bytes every table holds, and how fast it grows. */
@Global()
@Module({ providers: [GrowthRepository, GrowthService], exports: [GrowthService] })
export class GrowthModule {}
