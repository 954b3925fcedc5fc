import { type DynamicModule, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { randomUUID } from 'node:crypto';
import { CLOCK, ServerClock } from '#kernel';
import { APP_LOGGER, type AppLogger } from './logger.js';
import { Metrics } from './metrics.service.js';
import { NestLogger } from './nest-logger.service.js';

/** Provides clock, logger and metrics. A hook in `http/` logs requests, so the middleware of nestjs-pino is off. */
@Module({})
export class ObservabilityModule {
  static forRoot(logger: AppLogger): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      imports: [LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false }, forRoutes: [] })],
      providers: [
        { provide: APP_LOGGER, useValue: logger },
        { provide: ServerClock, useFactory: () => new ServerClock(randomUUID()) },
        { provide: CLOCK, useExisting: ServerClock },
        Metrics,
        NestLogger,
      ],
      exports: [APP_LOGGER, CLOCK, Metrics, NestLogger, ServerClock],
    };
  }
}
