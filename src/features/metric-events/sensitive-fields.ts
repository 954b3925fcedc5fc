type Data = Record<string, unknown>;

/** Takes the fields at `paths` out of `data`, which stays as it is. Answers what is left, and what was taken, by path. */
export function extractSensitiveFields(
  data: Data,
  paths: readonly string[],
): { open: Data; taken: Record<string, unknown> } {
  const taken: Record<string, unknown> = {};
  let open = data;
  for (const path of paths) {
    const keys = path.split('.');
    const found = at(open, keys);
    if (found === undefined) continue;
    taken[path] = found;
    open = without(open, keys);
  }
  return { open, taken };
}

/** The opposite. */
export function restoreSensitiveFields(data: Data, taken: Record<string, unknown>): Data {
  return Object.entries(taken).reduce((sum, [path, value]) => within(sum, path.split('.'), value), data);
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
