import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { ProblemResponses, ResourceRoute, type ResourceRouteDescription, ResponseHeader } from '#http';

/** The route takes an `Idempotency-Key`; its method reads it with `@IdempotencyKey()`. */
export const IdempotentRoute = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes the request safe to repeat: the same key and body return the first response again for FL_IDEMPOTENCY_HOURS (24). ' +
        'NDJSON ignores it: give each line an `id`.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ResponseHeader('Idempotent-Replayed', '`true` when this is the response to an earlier request.', Type.Boolean()),
    ProblemResponses(409),
  );

/** A route that creates a resource of administration, once for each `Idempotency-Key`: see `RecordingService.change`. */
export const CreateRoute = (route: Omit<ResourceRouteDescription, 'status'>): MethodDecorator =>
  applyDecorators(ResourceRoute({ ...route, status: 201 }), IdempotentRoute());
