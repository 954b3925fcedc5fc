import { Global, Module } from '@nestjs/common';
import { AllowedMethods } from './allowed-methods.js';
import { Draining } from './draining.js';
import { ForwardedHeaders } from './forwarded-headers.js';
import { ProblemFilter } from './problem.filter.js';

@Global()
@Module({
  providers: [AllowedMethods, Draining, ForwardedHeaders, ProblemFilter],
  exports: [AllowedMethods, Draining, ForwardedHeaders, ProblemFilter],
})
export class HttpModule {}
