import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiResponse } from '@nestjs/swagger';
import type { TSchema } from '@sinclair/typebox';
import { apiSchema, describeRoute, RequestContent, type RouteDescription } from '#http';
import { NdjsonResultSchema } from './ndjson/ndjson-recording.js';

export interface RecordRouteDescription extends RouteDescription {
  body?: TSchema;
  returns: TSchema;
  /** Status if the record is in the database. Default: 201. */
  status?: 200 | 201;
  /** Description of status 202 if it is also returned in cases other than a record in the spool. */
  accepted?: string;
  /** Schemas of other bodies, by content type. */
  otherBodies?: Record<string, TSchema>;
}

/** Declares a route that stores records: 201 if they are in the database, 202 if they are in the spool. */
export const RecordRoute = ({
  accepted = 'Recorded in the spool; available after the replay.',
  body,
  otherBodies,
  returns,
  status = 201,
  ...route
}: RecordRouteDescription): MethodDecorator =>
  applyDecorators(
    describeRoute(route),
    ...(body ? [ApiBody({ schema: apiSchema(body) })] : []),
    ...(otherBodies ? [RequestContent(contentOf(otherBodies))] : []),
    ApiResponse({ status, description: 'Recorded in the database.', schema: apiSchema(returns) }),
    ApiResponse({ status: 202, description: accepted, schema: apiSchema(returns) }),
  );

const NDJSON = 'application/x-ndjson';

/** Declares a record route that also accepts a stream of NDJSON of any length, and then returns 200 with NDJSON. */
export const NdjsonRecordRoute = ({ line, ...route }: RecordRouteDescription & { line: TSchema }): MethodDecorator =>
  applyDecorators(
    RouteConfig({ ndjson: true }),
    RecordRoute({ ...route, otherBodies: { [NDJSON]: line } }),
    ApiResponse({
      status: 200,
      description: 'NDJSON: one line for each refused line, then the counts.',
      content: contentOf({ [NDJSON]: NdjsonResultSchema }),
    }),
  );

function contentOf(schemas: Record<string, TSchema>): Record<string, { schema: ReturnType<typeof apiSchema> }> {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema: apiSchema(schema) }]));
}
