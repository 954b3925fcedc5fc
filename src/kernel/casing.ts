/** `model_version` → `modelVersion`, for types. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

export type CamelCased<T> = { [K in keyof T as CamelCase<K & string>]: T[K] };

/** `model_version` → `modelVersion`. */
export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns the object with its own keys in camel case; keys of nested values keep their names. */
export function camelCased<T extends object>(object: T): CamelCased<T> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [camelCase(name), value])) as CamelCased<T>;
}
