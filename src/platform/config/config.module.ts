import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { FeedbackLoopConfig } from './feedback-loop-config.js';

/** Provides the one `FeedbackLoopConfig`. Nest's own module carries it for libraries that ask for `ConfigService`. */
@Module({})
export class ConfigModule {
  static forRoot(config: Readonly<FeedbackLoopConfig>): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      imports: [
        // The environment is read by our loader alone: one truth for app, CLI and migrations.
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
