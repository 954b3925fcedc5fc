import { applyDecorators } from '@nestjs/common';
import { ProblemResponses, ResourceRoute, type ResourceRouteDescription } from '#http';

/** A route for the user who is signed in. Returns 404 for an API key, which has no session. */
export const SessionRoute = (route: ResourceRouteDescription): MethodDecorator =>
  applyDecorators(ResourceRoute(route), ProblemResponses(404));

/**
 * A public route that checks a secret. Returns 401 or 403 for a wrong one, and 429 for too many attempts from an
 * address.
 */
export const PasswordRoute = (route: ResourceRouteDescription): MethodDecorator =>
  applyDecorators(ResourceRoute(route), ProblemResponses(401, 403, 429));
