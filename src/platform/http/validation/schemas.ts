import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import { type TObject, type TSchema, Type } from '@sinclair/typebox';

/** A text that may be absent or null; blank ones count as too short. */
export const optionalString = (maxLength: number, description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({ type: ['string', 'null'], minLength: 1, maxLength, pattern: '\\S', description }),
  );

export const optionalNumber = (minimum: number, maximum: number, description: string) =>
  Type.Optional(Type.Unsafe<number | null>({ type: ['number', 'null'], minimum, maximum, description }));

/** Any JSON object; its size is a rule of its own. */
export const optionalJsonObject = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'], maxProperties: 100, description }),
  );

/** The same fields, but unknown ones are ignored: how the older systems read their bodies. */
export function lenient<T extends TObject>(schema: T): T {
  return { ...schema, additionalProperties: true };
}

/** RFC 9457 as this server answers it. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ example: 'urn:feedback-loop:problem:validation_failed' }),
    title: Type.String({ example: 'Invalid request' }),
    status: Type.Integer({ example: 422 }),
    detail: Type.String({ example: 'The request has invalid fields.' }),
    code: Type.String({ example: 'validation_failed', description: 'Stable; made for programs.' }),
    correlation_id: Type.String({ example: '0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11' }),
    errors: Type.Array(
      Type.Object({ path: Type.String({ example: 'texts.3' }), message: Type.String({ example: 'must be string' }) }),
      { description: 'Every refused field.' },
    ),
  },
  { description: 'RFC 9457 problem details.' },
);

/** A TypeBox schema as @nestjs/swagger takes it: JSON Schema 2020-12 is OpenAPI 3.1, its types only know 3.0. */
export function apiSchema(schema: TSchema): ApiResponseSchemaHost['schema'] {
  return JSON.parse(JSON.stringify(schema)) as ApiResponseSchemaHost['schema'];
}
