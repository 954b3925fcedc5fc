import { Injectable } from '@nestjs/common';
import { EventLoopWatch } from './event-loop-watch.service.js';
import { HealthService } from './health.service.js';

export const PROBES = ['/health', '/health/liveness', '/health/readiness', '/health/startup'] as const;
export type ProbePath = (typeof PROBES)[number];

export interface ProbeResult {
  good: boolean;
  status: string;
  /** What keeps the server from taking traffic until a person acts. */
  detail?: string;
}

/** Determines the response of each probe, from memory. */
@Injectable()
export class Probes {
  constructor(
    private readonly health: HealthService,
    private readonly eventLoop: EventLoopWatch,
  ) {}

  /** Returns the state that the probe reports. The status is 200 if `good`, and 503 otherwise. */
  check(path: ProbePath): ProbeResult {
    const { health } = this;
    const { problem } = health;
    const details = problem === undefined ? {} : { detail: problem };
    switch (path) {
      case '/health':
        return { good: health.isHealthy, status: health.state, ...details };
      case '/health/liveness':
        return { good: this.eventLoop.isAlive, status: this.eventLoop.isAlive ? 'alive' : 'stuck' };
      case '/health/readiness':
        return { good: health.isReady, status: health.state, ...details };
      case '/health/startup':
        return { good: health.isStarted, status: health.isStarted ? 'started' : 'starting' };
    }
  }
}
