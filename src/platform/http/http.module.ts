import { Global, Module } from '@nestjs/common';
import { AllowedMethods } from './hooks/allowed-methods.registry.js';
import { Draining } from './hooks/draining.service.js';
import { ForwardedHeaders } from './hooks/forwarded-headers.service.js';
import { ProblemFilter } from './problem/problem.filter.js';

@Global()
@Module({
  providers: [AllowedMethods, Draining, ForwardedHeaders, ProblemFilter],
  exports: [AllowedMethods, Draining, ForwardedHeaders, ProblemFilter],
})
export class HttpModule {}
