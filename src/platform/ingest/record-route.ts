import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiResponse } from '@nestjs/swagger';
import type { TSchema } from '@sinclair/typebox';
import { apiSchema, describeRoute, RequestContent, type RouteDescription } from '#http';
import { NdjsonResultSchema } from './ndjson/ndjson-recording.js';

export interface RecordRouteDescription extends RouteDescription {
  body?: TSchema;
  returns: TSchema;
  /** When the record is in the database. Default: 201. */
  status?: 200 | 201;
  /** When the request is accepted with 202, beside a record in the spool. */
  accepted?: string;
  /** Schemas of other bodies, by content type. */
  otherBodies?: Record<string, TSchema>;
}

/** A route that records: 201 when the record is in the database, 202 when it is in the spool. */
export const RecordRoute = ({
  accepted = 'Recorded in the spool; readable after the replay.',
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

/** A record route that also takes NDJSON of any length, as a stream, and returns 200 with NDJSON. */
export const NdjsonRecordRoute = ({ line, ...route }: RecordRouteDescription & { line: TSchema }): MethodDecorator =>
  applyDecorators(
    RouteConfig({ ndjson: true }),
    RecordRoute({ ...route, otherBodies: { [NDJSON]: line } }),
    ApiResponse({
      status: 200,
      description: 'NDJSON: one line for each refused item, then the counts.',
      content: contentOf({ [NDJSON]: NdjsonResultSchema }),
    }),
  );

function contentOf(schemas: Record<string, TSchema>): Record<string, { schema: ReturnType<typeof apiSchema> }> {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema: apiSchema(schema) }]));
}
