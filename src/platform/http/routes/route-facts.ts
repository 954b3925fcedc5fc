import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type TSchema, Type } from '@sinclair/typebox';
import { apiSchema } from '../validation/schemas.js';

/** A header of a response, as the API document shows it. */
export interface HeaderDescription {
  description: string;
  schema: object;
}

/** The document moves extensions with this prefix into the headers of the successful responses. */
export const RESPONSE_HEADER_EXTENSION = 'x-response-header-';
/** The document moves this extension into the request body: schemas by content type, beside JSON. */
export const REQUEST_CONTENT_EXTENSION = 'x-request-content';
/** Operations with this tag are deprecated and carry no other tag. */
export const LEGACY_TAG = 'Legacy paths';

/** Every successful response of the route carries this header. */
export const ResponseHeader = (name: string, description: string, schema: TSchema): MethodDecorator & ClassDecorator =>
  ApiExtension(RESPONSE_HEADER_EXTENSION + name, { description, schema: apiSchema(schema) });

/**
 * The route may fail with these statuses, beside those that every route has. The document refers each of them to the shared
 * `<Name>Problem` response.
 */
export const ProblemResponses = (...statuses: [number, ...number[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(...statuses.map((status) => ApiResponse({ status })));

/** The route also accepts these content types; `ApiBody` declares the JSON. */
export const RequestContent = (content: Record<string, object>): MethodDecorator & ClassDecorator =>
  ApiExtension(REQUEST_CONTENT_EXTENSION, content);

/** Successful responses carry the version of the resource. */
export const SendsETag = (): MethodDecorator & ClassDecorator =>
  ResponseHeader('ETag', 'Version of the resource; send it back in `If-Match` or `If-None-Match`.', Type.String());

/** A change names the version that it replaces: 428 without `If-Match`, 412 when another change came first. */
export const RequiresIfMatch = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: true,
      description: 'ETag of the version to replace, or `*` for any version.',
      schema: { type: 'string' },
    }),
    ProblemResponses(412, 428),
  );

/** A client that has the current version gets 304 without a body. */
export const AllowsIfNoneMatch = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'ETag of the copy that the client has.',
      schema: { type: 'string' },
    }),
    SendsETag(),
    ApiResponse({ status: 304, description: 'The copy that the client has is current.' }),
  );

/** The route is kept for clients of a legacy system. */
export const LegacyPath = (): MethodDecorator & ClassDecorator => ApiTags(LEGACY_TAG);
