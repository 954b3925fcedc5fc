import type { Static, TObject } from '@sinclair/typebox';
import { type CamelCase, camelCase, formatTime } from '#kernel';

/** What a resource is made of: its properties in camel case; a time may be milliseconds since 1970. */
type SourceOf<R> = {
  [K in keyof R as CamelCase<K & string>]: R[K] | (Extract<R[K], string> extends never ? never : number);
};

/**
 * Makes the function that shows records by a schema: each property is the record's field of that name in camel case, and times
 * (`format: date-time`) are written in ISO 8601. A field that the schema does not name is not shown.
 */
export function resourceOf<S extends TObject>(schema: S): (record: SourceOf<Static<S>>) => Static<S> {
  const properties = Object.entries(schema.properties as Record<string, { format?: string }>).map(
    ([name, { format }]) => ({ name, field: camelCase(name), isTime: format === 'date-time' }),
  );
  return (record) => {
    const source = record as Record<string, unknown>;
    const resource: Record<string, unknown> = {};
    for (const { field, isTime, name } of properties) {
      const value = source[field];
      if (value === undefined) continue;
      resource[name] = isTime && typeof value === 'number' ? formatTime(value) : value;
    }
    return resource as Static<S>;
  };
}
