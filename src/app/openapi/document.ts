import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * The parts of an OpenAPI 3.1 document that are used here. The types of @nestjs/swagger describe OpenAPI 3.0, whose
 * schemas follow different rules.
 */
export interface Reference {
  $ref: string;
}

export interface Header {
  description: string;
  schema: object;
}

export type Content = Record<string, { schema: object; example?: unknown; encoding?: object }>;

export interface Response {
  description: string;
  headers?: Record<string, Header | Reference>;
  content?: Content;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  schema?: { $ref?: string };
}

export interface Operation {
  operationId?: string;
  tags?: string[];
  deprecated?: boolean;
  security?: Record<string, string[]>[];
  parameters?: (Parameter | Reference)[];
  requestBody?: { content: Content };
  responses: Record<string, Response | Reference>;
  [extension: `x-${string}`]: unknown;
}

export type Paths = Record<string, Record<string, Operation>>;

/** By kind (`schemas`, `responses`, …), then by name. */
export type Components = Record<string, Record<string, object>>;

export interface ApiDocument extends Omit<OpenAPIObject, 'paths' | 'components'> {
  paths: Paths;
  components: Components;
}
