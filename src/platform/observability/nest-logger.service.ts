import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Nest tells every module and route it maps at level "log": forty lines before the one that matters. They are for debugging. */
@Injectable()
export class NestLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    this.debug(message, ...rest);
  }
}
