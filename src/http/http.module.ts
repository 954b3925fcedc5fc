import { Global, Module } from '@nestjs/common';
import { AllowedMethods } from './allowed-methods.js';
import { Draining } from './draining.js';
import { ProblemFilter } from './problem.filter.js';

@Global()
@Module({
  providers: [AllowedMethods, Draining, ProblemFilter],
  exports: [AllowedMethods, Draining, ProblemFilter],
})
export class HttpModule {}
