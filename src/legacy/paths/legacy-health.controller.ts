import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { VERSION } from '#kernel';
import { GrowthService } from '#growth';
import { HealthService, ProbeRoute } from '#health';
import { LegacyPath } from '#http';
import { DatabaseSupervisor } from '#persistence';
import { Public } from '#security';
import { type LegacyHealth, LegacyHealthSchema } from './legacy-health.schema.js';

const MIB = 2 ** 20;

@LegacyPath()
@Controller()
export class LegacyHealthController {
  constructor(
    private readonly health: HealthService,
    private readonly supervisor: DatabaseSupervisor,
    private readonly growth: GrowthService,
  ) {}

  @Get('api/v1/health')
  @Public()
  @ProbeRoute({
    operationId: 'health_older_shape',
    summary: 'Get the state of the server (legacy format)',
    description: 'The response has the format of a legacy system.',
    returns: LegacyHealthSchema,
  })
  report(@Res({ passthrough: true }) reply: FastifyReply): LegacyHealth {
    void reply.status(this.health.isHealthy ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    const { sizeBytes, state } = this.supervisor.status;
    return {
      status: this.health.state,
      version: VERSION,
      database: {
        status: state === 'up' ? 'ok' : 'error',
        backend: this.supervisor.backend,
        total_metrics: this.growth.total('metric_events'),
        database_size_mb: sizeBytes === null ? null : Math.round((sizeBytes / MIB) * 100) / 100,
      },
    };
  }
}
