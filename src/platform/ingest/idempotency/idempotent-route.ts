import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { ProblemResponses, ResourceRoute, type ResourceRouteDescription, ResponseHeader } from '#http';

/** Declares that a route accepts an `Idempotency-Key`, which its method reads with `@IdempotencyKey()`. */
export const IdempotentRoute = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. ' +
        'Ignored for NDJSON: give each line an `id` instead.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ResponseHeader('Idempotent-Replayed', '`true` if this is the response to an earlier request.', Type.Boolean()),
    ProblemResponses(409),
  );

/**
 * Declares a route that creates an administrative resource, once for each `Idempotency-Key`; see
 * `RecordingService.change`.
 */
export const CreateRoute = (route: Omit<ResourceRouteDescription, 'status'>): MethodDecorator =>
  applyDecorators(ResourceRoute({ ...route, status: 201 }), IdempotentRoute());
