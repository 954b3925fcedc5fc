import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { type TenantContext, VERSION } from '#kernel';
import { DatabaseWriter, SpoolService } from '#ingest';
import { DatabaseSupervisor, type PoolStats } from '#persistence';
import { ModelRegistry } from '#models';
import { RuntimeStatus } from './runtime-status.service.js';

export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'draining';

export interface DetailedHealth {
  status: HealthState;
  version: string;
  uptime_seconds: number;
  components: HealthIndicatorResult;
}

/** A pool as operators read it; utilisation is busy connections over the most there can be. */
interface PoolReport extends PoolStats {
  utilisation: number;
}

/**
 * States as docs/operations.md defines them, worked out from what is in memory: no probe ever asks the database.
 */
@Injectable()
export class HealthService {
  private started = false;

  constructor(
    private readonly supervisor: DatabaseSupervisor,
    private readonly models: ModelRegistry,
    private readonly surroundings: RuntimeStatus,
    private readonly indicators: HealthIndicatorService,
    private readonly spool: SpoolService,
    private readonly writer: DatabaseWriter,
  ) {}

  /** Called once the server listens. */
  markStarted(): void {
    this.started = true;
  }

  /** Configuration read and model loaded; the database may still be away. */
  get isStarted(): boolean {
    return this.started && this.models.loaded;
  }

  get state(): HealthState {
    if (this.surroundings.isDraining) return 'draining';
    const { state } = this.supervisor.status;
    if (this.isUnusable) return 'unhealthy';
    if (state === 'up')
      return this.isWritingElsewhere || this.isSpoolFailing || this.surroundings.isRedisAway ? 'degraded' : 'healthy';
    return this.isSpoolFailing || this.spool.state === 'off' ? 'unhealthy' : 'degraded';
  }

  /** Records wait in the spool, or would go there now. */
  private get isWritingElsewhere(): boolean {
    return this.spool.stats.rows > 0 || this.writer.breakerState !== 'closed';
  }

  private get isUnusable(): boolean {
    return this.supervisor.status.state === 'outdated' || !this.models.loaded;
  }

  private get isSpoolFailing(): boolean {
    return this.spool.state === 'full' || this.spool.state === 'broken';
  }

  /** Predictions are served without a place to record them, so that only draining and a wrong schema end the traffic. */
  get isReady(): boolean {
    return !this.surroundings.isDraining && !this.isUnusable;
  }

  get isHealthy(): boolean {
    return this.state === 'healthy' || this.state === 'degraded';
  }

  /** `tenant`: whose tables are told. */
  detailed(tenant: TenantContext): DetailedHealth {
    return {
      status: this.state,
      version: VERSION,
      uptime_seconds: Math.floor(process.uptime()),
      components: {
        ...this.databaseReport(),
        ...this.spoolReport(),
        ...this.modelReport(),
        ...this.surroundings.report(this.indicators, tenant),
      },
    };
  }

  /** The shape of the oldest system. */
  older(): { status: string; version: string; database: Record<string, unknown> } {
    const { sizeBytes, state } = this.supervisor.status;
    return {
      status: this.state,
      version: VERSION,
      database: {
        status: state === 'up' ? 'ok' : 'error',
        backend: this.supervisor.backend,
        total_metrics: this.surroundings.metricEvents,
        database_size_mb: sizeBytes === null ? null : Math.round((sizeBytes / 2 ** 20) * 100) / 100,
      },
    };
  }

  private databaseReport(): HealthIndicatorResult {
    const { reason, sizeBytes, state } = this.supervisor.status;
    const indicator = this.indicators.check('database');
    const details = {
      backend: this.supervisor.backend,
      state,
      breaker: this.writer.breakerState,
      size_bytes: sizeBytes,
      pools: this.supervisor.pools.map(report),
    };
    return state === 'up' ? indicator.up(details) : indicator.down({ ...details, reason });
  }

  private spoolReport(): HealthIndicatorResult {
    const { bytes, deadLetters, maxBytes, rows } = this.spool.stats;
    const details = {
      state: this.spool.state,
      rows,
      oldest_seconds: Math.round(this.spool.oldestSeconds),
      dead_letters: deadLetters,
      bytes,
      max_bytes: maxBytes,
    };
    const indicator = this.indicators.check('spool');
    return this.isSpoolFailing ? indicator.down(details) : indicator.up(details);
  }

  private modelReport(): HealthIndicatorResult {
    const indicator = this.indicators.check('models');
    const models = this.models
      .list()
      .map((model) => ({ name: model.name, version: model.loaded ? model.version : null }));
    return this.models.loaded ? indicator.up({ models }) : indicator.down({ models });
  }
}

function report(stats: PoolStats): PoolReport {
  return { ...stats, utilisation: stats.size === 0 ? 0 : (stats.total - stats.idle) / stats.size };
}
