import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { FeedbackLoopConfig } from './feedback-loop-config.js';

/** Provides the configuration. Nest's own module offers it too, for libraries that inject `ConfigService`. */
@Module({})
export class ConfigModule {
  static forRoot(config: Readonly<FeedbackLoopConfig>): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      imports: [
        // Only our loader reads the environment, so that application, CLI and migrations agree.
        NestConfigModule.forRoot({
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          load: [() => ({ feedbackLoop: config })],
        }),
      ],
      providers: [{ provide: FeedbackLoopConfig, useValue: config }],
      exports: [FeedbackLoopConfig],
    };
  }
}
