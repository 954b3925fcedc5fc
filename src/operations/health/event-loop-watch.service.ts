import { Injectable, type OnModuleDestroy } from '@nestjs/common';

const TICK_MS = 500;
const STUCK_MS = 5000;

/** Whether the event loop turns: the only thing that a restart of the process would mend. */
@Injectable()
export class EventLoopWatch implements OnModuleDestroy {
  private lastTurn = performance.now();
  private readonly timer = setInterval(() => {
    this.lastTurn = performance.now();
  }, TICK_MS);

  constructor() {
    this.timer.unref();
  }

  get alive(): boolean {
    return performance.now() - this.lastTurn < STUCK_MS;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
