type Data = Record<string, unknown>;

/**
 * Separates the fields at `paths` from the others. Returns the remaining fields and the extracted ones by path. Does
 * not modify `data`.
 */
export function extractSensitiveFields(
  data: Data,
  paths: readonly string[],
): { remaining: Data; extracted: Record<string, unknown> } {
  const extracted: Record<string, unknown> = {};
  let remaining = data;
  for (const path of paths) {
    const keys = path.split('.');
    const found = at(remaining, keys);
    if (found === undefined) continue;
    extracted[path] = found;
    remaining = without(remaining, keys);
  }
  return { remaining, extracted };
}

/** Merges extracted fields into `data` again. Does not modify `data`. */
export function restoreSensitiveFields(data: Data, extracted: Record<string, unknown>): Data {
  return Object.entries(extracted).reduce((sum, [path, value]) => within(sum, path.split('.'), value), data);
}

function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  return at(value[key], rest);
}

function without(data: Data, [key = '', ...rest]: readonly string[]): Data {
  const copy = { ...data };
  if (rest.length === 0) delete copy[key];
  else copy[key] = without(copy[key] as Data, rest);
  return copy;
}

function within(data: Data, [key = '', ...rest]: readonly string[], value: unknown): Data {
  const inner = data[key];
  const next = rest.length === 0 ? value : within(isObject(inner) ? inner : {}, rest, value);
  return { ...data, [key]: next };
}

function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
