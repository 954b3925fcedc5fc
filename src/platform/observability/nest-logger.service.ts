import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Lowers Nest's level "log" to debug. At info, forty lines about modules and routes would hide the one that matters. */
@Injectable()
export class NestLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    this.debug(message, ...rest);
  }
}
