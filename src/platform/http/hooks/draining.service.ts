import { Injectable } from '@nestjs/common';

/** Whether the server is stopping. It still serves requests, but asks clients to close their connections. */
@Injectable()
export class Draining {
  private draining = false;

  get active(): boolean {
    return this.draining;
  }

  start(): void {
    this.draining = true;
  }
}
