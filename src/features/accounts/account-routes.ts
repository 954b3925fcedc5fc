import { applyDecorators } from '@nestjs/common';
import { ProblemResponses, ResourceRoute, type ResourceRouteDescription } from '#http';

/** A route of the person who is signed in: 404 for an API key, which has no session. */
export const SessionRoute = (route: ResourceRouteDescription): MethodDecorator =>
  applyDecorators(ResourceRoute(route), ProblemResponses(404));

/** A public route that checks a secret: 401 and 403 for a wrong one, 429 for too many attempts from one address. */
export const PasswordRoute = (route: ResourceRouteDescription): MethodDecorator =>
  applyDecorators(ResourceRoute(route), ProblemResponses(401, 403, 429));
