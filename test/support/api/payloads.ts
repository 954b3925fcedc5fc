/** Something that the API document does not allow, sent as it is to see it refused. */
export class Invalid {
  readonly kind = 'invalid';

  constructor(readonly value: unknown) {}
}

export function invalid(value: unknown): Invalid {
  return new Invalid(value);
}

export class Ndjson {
  readonly kind = 'ndjson';

  constructor(readonly text: string) {}
}

/** One line for each item; a string is a line as it is, such as one that is not JSON. */
export function ndjson(items: readonly unknown[]): Ndjson {
  return new Ndjson(items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n'));
}

export class Form {
  readonly kind = 'form';

  constructor(readonly data: FormData) {}
}

export interface FormFile {
  field: string;
  name: string;
  bytes: Buffer;
  type: string;
}

/** A form as a browser sends it. */
export function form(fields: Record<string, string>, files: readonly FormFile[] = []): Form {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const { field, name, bytes, type } of files)
    data.append(field, new Blob([new Uint8Array(bytes)], { type }), name);
  return new Form(data);
}

/** Body and content type of a request. */
export function encode(payload: unknown): { body?: string | FormData; headers: Record<string, string> } {
  if (payload === undefined) return { headers: {} };
  if (payload instanceof Ndjson) return { body: payload.text, headers: { 'content-type': 'application/x-ndjson' } };
  if (payload instanceof Form) return { body: payload.data, headers: {} };
  const value = payload instanceof Invalid ? payload.value : payload;
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

/** `?name=value&…`, or nothing; a list repeats its name, and what is undefined is left out. */
export function queryString(query: unknown): string {
  const value = query instanceof Invalid ? query.value : query;
  const parameters = new URLSearchParams();
  if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value))
      for (const item of Array.isArray(each) ? each : [each])
        if (item !== undefined) parameters.append(name, String(item));
  return parameters.size > 0 ? `?${parameters.toString()}` : '';
}
