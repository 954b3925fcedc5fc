import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { apiSchema, describeRoute, ResourceRoute, type ResourceRouteDescription, type RouteDescription } from '#http';
import { MetricsSchema } from './dto/health.schema.js';

/** A probe: 503 with the same body as 200, because it reports a state and not a failure. */
export const ProbeRoute = (route: ResourceRouteDescription): MethodDecorator =>
  applyDecorators(
    ResourceRoute(route),
    ApiResponse({
      status: 503,
      description: 'The server is not in a good state; the body names the state.',
      schema: apiSchema(route.returns),
    }),
  );

/** Metrics in the text format of Prometheus, or as JSON. */
export const MetricsRoute = (route: RouteDescription): MethodDecorator =>
  applyDecorators(
    describeRoute(route),
    ApiResponse({
      status: 200,
      description: 'The metrics.',
      content: {
        'text/plain': { schema: { type: 'string' } },
        'application/json': { schema: apiSchema(MetricsSchema) },
      },
    }),
  );
