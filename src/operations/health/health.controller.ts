import { Controller, Get, HttpStatus, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ResourceRoute } from '#http';
import { Metrics } from '#observability';
import { Caller, type Principal, Public, Scopes, Unlimited } from '#security';
import { DetailedHealthSchema, StateSchema } from './dto/health.schema.js';
import { MetricsRoute, ProbeRoute } from './health-routes.js';
import { type DetailedHealth, HealthService } from './health.service.js';
import { type ProbePath, type ProbeResult, Probes } from './probes.service.js';

type ProbeState = Omit<ProbeResult, 'good'>;

const OK = HttpStatus.OK;
const UNAVAILABLE = HttpStatus.SERVICE_UNAVAILABLE;

/** Health probes and metrics. Probes need no key, have no rate limit, and read only memory. */
@ApiTags('Operations')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly probes: Probes,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/liveness')
  @Public()
  @ProbeRoute({
    operationId: 'liveness',
    summary: 'Check whether the process responds',
    description: 'Restart the process when it reports 503.',
    returns: StateSchema,
  })
  liveness(@Res({ passthrough: true }) reply: FastifyReply): ProbeState {
    return this.probe(reply, '/health/liveness');
  }

  @Get('health/readiness')
  @Public()
  @ProbeRoute({
    operationId: 'readiness',
    summary: 'Check whether the server takes traffic',
    description:
      'A server that drains, that lacks its schema, its models or the keys of its database, or whose clock exceeds FL_MAX_CLOCK_OFFSET_MS reports 503.',
    returns: StateSchema,
  })
  readiness(@Res({ passthrough: true }) reply: FastifyReply): ProbeState {
    return this.probe(reply, '/health/readiness');
  }

  @Get('health/startup')
  @Public()
  @ProbeRoute({
    operationId: 'startup',
    summary: 'Check whether the server has started',
    description: 'Reports 503 until the start is complete.',
    returns: StateSchema,
  })
  startup(@Res({ passthrough: true }) reply: FastifyReply): ProbeState {
    return this.probe(reply, '/health/startup');
  }

  @Get('health')
  @Public()
  @ProbeRoute({
    operationId: 'health',
    summary: 'Get the state of the server',
    description: 'The state is `healthy`, `degraded`, `unhealthy` or `draining`; the last two report 503.',
    returns: StateSchema,
  })
  overall(@Res({ passthrough: true }) reply: FastifyReply): ProbeState {
    return this.probe(reply, '/health');
  }

  @Get('health/detailed')
  @Unlimited()
  @Scopes('read', 'admin')
  @ResourceRoute({
    operationId: 'health_detailed',
    summary: 'Get the state of all components',
    description: 'Includes the database, the spool, the models and other components.',
    returns: DetailedHealthSchema,
  })
  detailed(@Caller() caller: Principal): DetailedHealth {
    return this.health.detailed(caller);
  }

  @Get('metrics')
  @Unlimited()
  @Scopes('read', 'admin')
  @MetricsRoute({
    operationId: 'metrics',
    summary: 'Get metrics for Prometheus',
    description: 'Returns JSON when `Accept` names `application/json`.',
  })
  async prometheus(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { metrics } = this;
    if (request.headers.accept?.includes('application/json')) {
      await reply.send(await metrics.json());
      return;
    }
    await reply.type(metrics.contentType).send(await metrics.text());
  }

  private probe(reply: FastifyReply, path: ProbePath): ProbeState {
    const { good, ...state } = this.probes.check(path);
    void reply.status(good ? OK : UNAVAILABLE);
    return state;
  }
}
