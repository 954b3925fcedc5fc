import { Injectable } from '@nestjs/common';

/** Whether the server has been told to stop: it still serves what arrives, and asks clients to go elsewhere. */
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
