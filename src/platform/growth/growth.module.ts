import { Global, Module } from '@nestjs/common';
import { GrowthRepository } from './growth.repository.js';
import { GrowthService } from './growth.service.js';

/** Measures the rows and bytes of every table, and their growth. */
@Global()
@Module({ providers: [GrowthRepository, GrowthService], exports: [GrowthService] })
export class GrowthModule {}
