import { Controller, Get, HttpStatus, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { apiSchema } from '#http';
import { Metrics } from '#observability';
import { Caller, type Principal, Public, Scopes, Unlimited } from '#security';
import { DetailedHealthSchema, OlderHealthSchema, StateSchema } from './dto/health.schema.js';
import { type DetailedHealth, HealthService } from './health.service.js';
import { type ProbePath, Probes } from './probes.service.js';

const OK = HttpStatus.OK;
const UNAVAILABLE = HttpStatus.SERVICE_UNAVAILABLE;

/** Probes: answered from memory, without a key, without a limit. */
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
  @ApiOperation({ operationId: 'liveness', summary: 'Does the process turn? Restart it when not' })
  @ApiOkResponse({ schema: apiSchema(StateSchema) })
  liveness(@Res({ passthrough: true }) reply: FastifyReply): { status: string } {
    return this.probe(reply, '/health/liveness');
  }

  @Get('health/readiness')
  @Public()
  @ApiOperation({ operationId: 'readiness', summary: 'Should it get traffic?' })
  @ApiOkResponse({ schema: apiSchema(StateSchema) })
  readiness(@Res({ passthrough: true }) reply: FastifyReply): { status: string } {
    return this.probe(reply, '/health/readiness');
  }

  @Get('health/startup')
  @Public()
  @ApiOperation({ operationId: 'startup', summary: 'Has it started?' })
  @ApiOkResponse({ schema: apiSchema(StateSchema) })
  startup(@Res({ passthrough: true }) reply: FastifyReply): { status: string } {
    return this.probe(reply, '/health/startup');
  }

  @Get('health')
  @Public()
  @ApiOperation({ operationId: 'health', summary: 'healthy, degraded, unhealthy or draining' })
  @ApiOkResponse({ schema: apiSchema(StateSchema) })
  overall(@Res({ passthrough: true }) reply: FastifyReply): { status: string } {
    return this.probe(reply, '/health');
  }

  @Get('health/detailed')
  @Unlimited()
  @Scopes('read', 'admin')
  @ApiOperation({ operationId: 'health_detailed', summary: 'All components, for operators' })
  @ApiOkResponse({ schema: apiSchema(DetailedHealthSchema) })
  detailed(@Caller() caller: Principal): DetailedHealth {
    return this.health.detailed(caller);
  }

  @Get('api/v1/health')
  @Public()
  @ApiOperation({ operationId: 'health_older_shape', summary: 'Health in the shape of the oldest system' })
  @ApiOkResponse({ schema: apiSchema(OlderHealthSchema) })
  older(@Res({ passthrough: true }) reply: FastifyReply): ReturnType<HealthService['older']> {
    void reply.status(this.health.isHealthy ? OK : UNAVAILABLE);
    return this.health.older();
  }

  @Get('metrics')
  @Unlimited()
  @Scopes('read', 'admin')
  @ApiOperation({ operationId: 'metrics', summary: 'Prometheus text, or JSON with "Accept: application/json"' })
  @ApiProduces('text/plain', 'application/json')
  @ApiOkResponse({ schema: { type: 'string' }, description: 'Prometheus text format.' })
  async prometheus(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.metrics;
    if (request.headers.accept?.includes('application/json')) {
      await reply.send(await registry.getMetricsAsJSON());
      return;
    }
    await reply.type(registry.contentType).send(await registry.metrics());
  }

  private probe(reply: FastifyReply, path: ProbePath): { status: string } {
    const { good, status } = this.probes.answer(path);
    void reply.status(good ? OK : UNAVAILABLE);
    return { status };
  }
}
