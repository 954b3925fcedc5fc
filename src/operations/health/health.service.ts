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

/** A pool with its utilisation: the share of its maximum size that is in use, 0 to 1. */
interface PoolReport extends PoolStats {
  utilisation: number;
}

/** Determines the states that docs/operations.md defines, from memory alone: no probe queries the database. */
@Injectable()
export class HealthService {
  private started = false;

  constructor(
    private readonly supervisor: DatabaseSupervisor,
    private readonly models: ModelRegistry,
    private readonly runtime: RuntimeStatus,
    private readonly indicators: HealthIndicatorService,
    private readonly spool: SpoolService,
    private readonly writer: DatabaseWriter,
  ) {}

  /** Marks the server as started. Called once it listens. */
  markStarted(): void {
    this.started = true;
  }

  /** Whether the server listens and its models are loaded. The database may still be unavailable. */
  get isStarted(): boolean {
    return this.started && this.models.loaded;
  }

  get state(): HealthState {
    if (this.runtime.isDraining) return 'draining';
    const { state } = this.supervisor.status;
    if (this.isUnusable) return 'unhealthy';
    if (state === 'up')
      return this.isSpooling || this.isSpoolFailing || this.runtime.isRedisDown ? 'degraded' : 'healthy';
    return this.isSpoolFailing || this.spool.state === 'off' ? 'unhealthy' : 'degraded';
  }

  /** Whether records wait in the spool, or would be written to it now. */
  private get isSpooling(): boolean {
    return this.spool.stats.rows > 0 || this.writer.breakerState !== 'closed';
  }

  private get isUnusable(): boolean {
    return this.supervisor.refusal !== null || !this.models.loaded || !this.supervisor.clock.isWithinLimit;
  }

  private get isSpoolFailing(): boolean {
    return this.spool.state === 'full' || this.spool.state === 'broken';
  }

  /**
   * Whether the server takes traffic. Predictions are served even if they cannot be recorded. Therefore only draining,
   * a wrong schema, other keys than those of the database, missing models and, if it is configured, a wrong clock end the traffic.
   */
  get isReady(): boolean {
    return !this.runtime.isDraining && !this.isUnusable;
  }

  /** What a person must do something about before this server takes traffic; undefined if there is nothing. */
  get problem(): string | undefined {
    return this.supervisor.refusal?.detail;
  }

  get isHealthy(): boolean {
    return this.state === 'healthy' || this.state === 'degraded';
  }

  /** Returns the state of all components. The growth of tables is that of `tenant`. */
  detailed(tenant: TenantContext): DetailedHealth {
    return {
      status: this.state,
      version: VERSION,
      uptime_seconds: Math.floor(process.uptime()),
      components: {
        ...this.databaseReport(),
        ...this.clockReport(),
        ...this.spoolReport(),
        ...this.modelReport(),
        ...this.runtime.report(this.indicators, tenant),
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
    return state === 'up' ? indicator.up(details) : indicator.down({ ...details, reason, detail: this.problem });
  }

  private clockReport(): HealthIndicatorResult {
    const { isWithinLimit, maxOffsetMs, offsetMs, source, uncertaintyMs } = this.supervisor.clock;
    const details = { source, offset_ms: offsetMs, uncertainty_ms: uncertaintyMs, max_offset_ms: maxOffsetMs };
    const indicator = this.indicators.check('clock');
    return isWithinLimit ? indicator.up(details) : indicator.down(details);
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
