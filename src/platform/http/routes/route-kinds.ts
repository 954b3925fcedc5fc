import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { type TSchema, Type } from '@sinclair/typebox';
import { apiSchema, pageOf } from '../validation/schemas.js';
import { AllowsIfNoneMatch, RequiresIfMatch, ResponseHeader, SendsETag } from './route-facts.js';

/** Texts and parameters of a route in the API document. */
export interface RouteDescription {
  /** Default: the names of the controller and the method, in snake case. */
  operationId?: string;
  /** Imperative, without a full stop: `List API keys`. */
  summary: string;
  /** One sentence that adds what the summary leaves open. */
  description: string;
  /** Schemas of the parameters in the path, by name. */
  path?: Record<string, TSchema>;
}

/** The id of a resource in a path. */
export const UUID = Type.String({ format: 'uuid' });
/** A file of any bytes. */
export const BINARY = Type.String({ format: 'binary' });

export const describeRoute = ({ description, operationId, path = {}, summary }: RouteDescription): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId, summary, description }),
    ...Object.entries(path).map(([name, schema]) => ApiParam({ name, schema: apiSchema(schema) })),
  );

const DESCRIPTIONS: Record<number, string> = { 200: 'OK.', 201: 'Created.', 202: 'Accepted.' };

export interface ResourceRouteDescription extends RouteDescription {
  body?: TSchema;
  returns: TSchema;
  /** Default: 200. */
  status?: 200 | 201 | 202;
  /** The response carries the version as `ETag`. */
  etag?: boolean;
  /** The request must name the version in `If-Match`. */
  ifMatch?: boolean;
}

/** A route that accepts and returns one JSON value: a resource, or figures. */
export const ResourceRoute = ({
  body,
  etag = false,
  ifMatch = false,
  returns,
  status = 200,
  ...route
}: ResourceRouteDescription): MethodDecorator =>
  applyDecorators(
    describeRoute(route),
    ...(body ? [ApiBody({ schema: apiSchema(body) })] : []),
    ApiResponse({ status, description: DESCRIPTIONS[status], schema: apiSchema(returns) }),
    ...(etag ? [SendsETag()] : []),
    ...(ifMatch ? [RequiresIfMatch()] : []),
  );

/** A route that returns one page of a list; its query class extends `PageQuery`. */
export const PagedListRoute = ({ of, ...route }: RouteDescription & { of: TSchema }): MethodDecorator =>
  ResourceRoute({ ...route, returns: pageOf(of) });

export interface FileRouteDescription extends RouteDescription {
  /** Schemas of the file by content type. */
  content: Record<string, TSchema>;
  /** A client that already has the file may send `If-None-Match`. */
  ifNoneMatch?: boolean;
}

/** A route that returns a file to be saved. */
export const FileRoute = ({ content, ifNoneMatch = false, ...route }: FileRouteDescription): MethodDecorator =>
  applyDecorators(
    describeRoute(route),
    ApiResponse({
      status: 200,
      description: 'The file.',
      content: Object.fromEntries(
        Object.entries(content).map(([type, schema]) => [type, { schema: apiSchema(schema) }]),
      ),
    }),
    ResponseHeader('Content-Disposition', '`attachment` with a file name.', Type.String()),
    ...(ifNoneMatch ? [AllowsIfNoneMatch()] : []),
  );
