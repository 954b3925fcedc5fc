import { Injectable } from '@nestjs/common';
import { EventLoopWatch } from './event-loop-watch.service.js';
import { HealthService } from './health.service.js';

export const PROBES = ['/health', '/health/liveness', '/health/readiness', '/health/startup'] as const;
export type ProbePath = (typeof PROBES)[number];

/** Determines the response of each probe, from memory. */
@Injectable()
export class Probes {
  constructor(
    private readonly health: HealthService,
    private readonly eventLoop: EventLoopWatch,
  ) {}

  /** Returns the state that the probe reports. The status is 200 if `good`, and 503 otherwise. */
  check(path: ProbePath): { good: boolean; status: string } {
    const { health } = this;
    switch (path) {
      case '/health':
        return { good: health.isHealthy, status: health.state };
      case '/health/liveness':
        return { good: this.eventLoop.isAlive, status: this.eventLoop.isAlive ? 'alive' : 'stuck' };
      case '/health/readiness':
        return { good: health.isReady, status: health.state };
      case '/health/startup':
        return { good: health.isStarted, status: health.isStarted ? 'started' : 'starting' };
    }
  }
}
