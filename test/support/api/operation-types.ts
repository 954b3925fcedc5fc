import type { components } from './api-types.js';
import type { Form, Invalid, Ndjson } from './payloads.js';

export type Problem = components['schemas']['Problem'];

/** One operation of the generated `operations`, as far as the types below read it. */
export interface Operation {
  parameters: { query?: unknown; path?: unknown };
  requestBody?: unknown;
  responses: object;
}

type Json<Content> = Content extends { 'application/json': infer Body } ? Body : never;
type JsonResponse<Response> = Response extends { content: infer Content } ? Json<Content> : never;
type JsonSuccess<Op extends Operation> = JsonResponse<Op['responses'][keyof Op['responses'] & (200 | 201 | 202)]>;

/** The JSON that an operation answers with success; `unknown` where it answers another media type only. */
export type SuccessOf<Op extends Operation> = [JsonSuccess<Op>] extends [never] ? unknown : JsonSuccess<Op>;
export type QueryOf<Op extends Operation> = NonNullable<Op['parameters']['query']>;
export type BodyOf<Op extends Operation> =
  NonNullable<Op['requestBody']> extends { content: infer Content } ? Json<Content> : never;

/** A query that the document describes, or one of `invalid(…)`. */
export type QueryArgument<Op extends Operation> = QueryOf<Op> | Invalid;
/** A body that the document describes, or another kind of payload. */
export type BodyArgument<Op extends Operation> = BodyOf<Op> | Invalid | Ndjson | Form;

/** What a call needs: required is what the document requires. */
export type CallOf<Op extends Operation> = PathMember<Op> & QueryMember<Op> & BodyMember<Op>;
type PathMember<Op> = Op extends { parameters: { path: infer Path } } ? { path: Path } : { path?: never };
type QueryMember<Op extends Operation> = Op extends { parameters: { query: unknown } }
  ? { query: QueryArgument<Op> }
  : { query?: QueryArgument<Op> };
type BodyMember<Op extends Operation> = Op extends { requestBody: { content: unknown } }
  ? { body: BodyArgument<Op> }
  : { body?: BodyArgument<Op> };
