import { Injectable, type OnModuleDestroy } from '@nestjs/common';

const TICK_MS = 500;
const STUCK_MS = 5000;

/** Detects a blocked event loop, the only fault that a restart of the process fixes. */
@Injectable()
export class EventLoopWatch implements OnModuleDestroy {
  private lastTickAt = performance.now();
  private readonly timer = setInterval(() => {
    this.lastTickAt = performance.now();
  }, TICK_MS);

  constructor() {
    this.timer.unref();
  }

  get isAlive(): boolean {
    return performance.now() - this.lastTickAt < STUCK_MS;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
