import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import { type TSchema, Type } from '@sinclair/typebox';

/** A text that may be missing or null. A blank text counts as too short. */
export const optionalString = (maxLength: number, description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({ type: ['string', 'null'], minLength: 1, maxLength, pattern: '\\S', description }),
  );

export const optionalNumber = (minimum: number, maximum: number, description: string) =>
  Type.Optional(Type.Unsafe<number | null>({ type: ['number', 'null'], minimum, maximum, description }));

/** Any JSON object. A separate rule limits its size. */
export const optionalJsonObject = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, unknown> | null>({
      type: ['object', 'null'],
      additionalProperties: true,
      maxProperties: 100,
      description,
    }),
  );

/** The changed fields with their values before and after. */
export const fieldChanges = () =>
  Type.Unsafe<Record<string, [unknown, unknown]>>({
    type: 'object',
    additionalProperties: { type: 'array', items: {}, minItems: 2, maxItems: 2 },
    description: 'Each changed field with its values before and after.',
  });

/** Returns the schema of one page of a list, named after its items. */
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object(
    {
      data: Type.Array(item),
      next_cursor: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        description: '`cursor` of the next page; null on the last page.',
      }),
    },
    { $id: `${item.$id}Page` },
  );
}

/** Problem details of RFC 9457 as this server sends them. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: '`urn:feedback-loop:problem:` and the code.' }),
    title: Type.String(),
    status: Type.Integer({ description: 'The HTTP status.' }),
    detail: Type.String({ description: 'Text for people; it may change.' }),
    code: Type.String({ description: 'Stable name of the error, for programs.' }),
    correlation_id: Type.String({ description: 'Finds the request in the log.' }),
    errors: Type.Array(
      Type.Object(
        {
          path: Type.String({ description: 'The field, such as `texts.3`.' }),
          message: Type.String({ description: 'Why it was refused.' }),
        },
        { $id: 'FieldError' },
      ),
      { description: 'Every refused field.' },
    ),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details.' },
);

/** The request was carried out; there is nothing to return. */
export const SuccessSchema = Type.Object({ success: Type.Boolean() }, { $id: 'Success' });

/**
 * Converts a TypeBox schema for @nestjs/swagger, whose types describe OpenAPI 3.0 only; JSON Schema 2020-12 is OpenAPI
 * 3.1. A schema with an `$id` becomes a schema of that name in the API document.
 */
export function apiSchema(schema: TSchema): ApiResponseSchemaHost['schema'] {
  return JSON.parse(JSON.stringify(schema)) as ApiResponseSchemaHost['schema'];
}

/**
 * Returns the schema without names, for compilers: they treat an `$id` as the address of a schema and refuse a second
 * schema with the same address.
 */
export function withoutNames(schema: TSchema): object {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === '$id' ? undefined : value))) as object;
}
