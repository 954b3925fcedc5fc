import type { AdminClient } from './api/admin-client.js';
import type { ApiClient } from './api/api-client.js';

/** What `request` of a server answers. The clients of test/support/api answer an `ApiAnswer`. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

export interface RequestOptions {
  method?: string;
  /** Default: the admin key. Null: none. */
  key?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Buffer;
}

/** Where requests go. A server knows its address and key only after its start. */
export interface Endpoint {
  readonly address: string;
  readonly adminKey: string;
  /** The state and the log, for the error of a request that gets no answer. */
  explain(): string;
}

/** A running server, whether in a process of its own or in that of the test. */
export interface TestServer extends Endpoint {
  readonly api: ApiClient;
  readonly admin: AdminClient;
  readonly log: string;
  /** Any request, also one that no client would send: `path` is not escaped, `raw` is sent as it is. */
  request<T = Record<string, unknown>>(path: string, options?: RequestOptions): Promise<Answer<T>>;
  stop(): Promise<unknown>;
}

export async function sendRequest<T>(endpoint: Endpoint, path: string, options: RequestOptions): Promise<Answer<T>> {
  const { key = endpoint.adminKey, body, raw } = options;
  const hasBody = body !== undefined || raw !== undefined;
  const response = await send(endpoint, path, {
    method: options.method ?? (hasBody ? 'POST' : 'GET'),
    headers: {
      ...authorization(key),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...options.headers,
    },
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, body: (isJson(headers) ? JSON.parse(text) : {}) as T };
}

/** `fetch`, whose error says what became of the server. */
export function send(endpoint: Endpoint, path: string, init: RequestInit): Promise<Response> {
  return fetch(endpoint.address + path, init).catch((error: unknown) => {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new Error(`${path}: ${String(cause)}; ${endpoint.explain()}`);
  });
}

export function authorization(key: string | null): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

/** True for JSON and problems, but not for NDJSON. */
export function isJson(headers: Headers): boolean {
  const type = headers.get('content-type') ?? '';
  return type.includes('json') && !type.includes('ndjson');
}
