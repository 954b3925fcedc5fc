import { authorization, type Endpoint, isJson, send } from '../http.js';
import type { CallOf, Operation, SuccessOf } from './operation-types.js';
import { encode, queryString } from './payloads.js';

export interface ApiAnswer<Body = unknown> {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
  bytes: Buffer;
  /**
   * The parsed JSON; `{}` for other media types. Its type is the one of a success: a test reads it after it has seen
   * the status, and compares the body of an error with `toMatchObject`.
   */
  body: Body;
}

export interface CallOptions {
  /** Default: the key of the client, which is the admin key unless `as` chose another. Null: none. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** A call whose types no longer matter: they are those of its operation. */
interface AnyCall {
  path?: unknown;
  query?: unknown;
  body?: unknown;
}

/** Calls the operations of one API document by their operation id, with types of the document. */
export abstract class Caller<Operations extends Record<keyof Operations, Operation>> {
  protected abstract readonly routes: Readonly<Record<keyof Operations, string>>;

  constructor(
    protected readonly endpoint: Endpoint,
    protected readonly defaults: CallOptions = {},
  ) {}

  /** Calls any operation; those used often have a method of their own. */
  call<Id extends keyof Operations>(
    id: Id,
    request: CallOf<Operations[Id]>,
    options?: CallOptions,
  ): Promise<ApiAnswer<SuccessOf<Operations[Id]>>>;
  async call(id: keyof Operations, request: AnyCall, options: CallOptions = {}): Promise<ApiAnswer> {
    const [method = '', template = ''] = this.routes[id].split(' ');
    const { key = this.endpoint.adminKey, headers } = { ...this.defaults, ...options };
    const { body, headers: contentType } = encode(request.body);
    const path = fillIn(template, request.path) + queryString(request.query);
    const response = await send(this.endpoint, path, {
      method,
      body,
      headers: { ...authorization(key), ...contentType, ...this.defaults.headers, ...headers },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      bytes,
      body: isJson(response.headers) ? JSON.parse(text) : {},
    };
  }
}

function fillIn(template: string, path: unknown): string {
  const values = new Map<string, unknown>(typeof path === 'object' && path !== null ? Object.entries(path) : []);
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
}

/** The lines of an NDJSON answer. */
export function linesOf<Line = Record<string, unknown>>({ text }: { text: string }): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
