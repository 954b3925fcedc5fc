import { Injectable } from '@nestjs/common';
import { EventLoopWatch } from './event-loop-watch.service.js';
import { HealthService } from './health.service.js';

export const PROBES = ['/health', '/health/liveness', '/health/readiness', '/health/startup'] as const;
export type ProbePath = (typeof PROBES)[number];

/** What each probe answers, from memory. */
@Injectable()
export class Probes {
  constructor(
    private readonly health: HealthService,
    private readonly eventLoop: EventLoopWatch,
  ) {}

  /** `good`: 200, otherwise 503. */
  answer(path: ProbePath): { good: boolean; status: string } {
    const { health } = this;
    switch (path) {
      case '/health':
        return { good: health.isHealthy, status: health.state };
      case '/health/liveness':
        return { good: this.eventLoop.alive, status: this.eventLoop.alive ? 'alive' : 'stuck' };
      case '/health/readiness':
        return { good: health.isReady, status: health.state };
      case '/health/startup':
        return { good: health.isStarted, status: health.isStarted ? 'started' : 'starting' };
    }
  }
}
