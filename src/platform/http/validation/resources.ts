import type { Static, TObject } from '@sinclair/typebox';
import { type CamelCase, camelCase, formatTime } from '#kernel';

/** The record from which a resource is made: its properties in camel case. A time may be in milliseconds since 1970. */
type SourceOf<R> = {
  [K in keyof R as CamelCase<K & string>]: R[K] | (Extract<R[K], string> extends never ? never : number);
};

/**
 * Returns a function that converts records to resources of a schema.
 *
 * - each property is the field of the record with that name in camel case
 * - times (`format: date-time`) are written in ISO 8601
 * - fields that the schema does not name are left out
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
