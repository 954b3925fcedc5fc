import {
  cutText,
  decodeText,
  faultOfNumber,
  faultOfText,
  parseExactJson,
  UnreadableRequestError,
  type ValueFault,
} from '#kernel';

const MAX_DEPTH = 32;
const MAX_NODES = 10_000;
const MAX_PATH_LENGTH = 200;
/** Only a text with one of these escapes, or a raw NUL, can hold characters that a database refuses. */
const SUSPICIOUS = /\\u(?:0000|[dD][89a-fA-F])|\0/;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Parses a JSON body of a client.
 *
 * - at most 32 levels and 10,000 values, because deeper input would overflow the stack of later code
 * - no NUL character and no lone surrogate: PostgreSQL stores neither, SQLite stores both, and both must respond alike
 * - no number beyond the range of a double, and no whole number that a double would change
 * - no `__proto__` and no `constructor.prototype`
 *
 * @throws UnreadableRequestError (400)
 */
export function parseJson(bytes: Buffer): unknown {
  const decoded = decodeText(bytes);
  if (decoded === undefined) throw new UnreadableRequestError('invalid_utf8', 'The body is not valid UTF-8.');
  const text = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  guardShape(bytes);
  if (text.trim() === '') throw new UnreadableRequestError('empty_body', 'The body is empty; JSON was expected.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableRequestError('malformed_json', 'The body is not valid JSON.');
  }
  const hasLargeIntegers = guardValue(value, SUSPICIOUS.test(text));
  if (hasLargeIntegers) guardValue(parseExactJson(text), false);
  return value;
}

/**
 * Applies the rules of `parseJson` to a value that was parsed elsewhere.
 * @throws UnreadableRequestError (400)
 */
export function guardJson(value: unknown): void {
  guardValue(value, true);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
/** Smaller bodies cannot hold enough values to do harm. */
const MAX_UNCHECKED_BYTES = 65_536;

/**
 * Counts values and levels before parsing, because eleven million empty objects are 33 MB of text but a gigabyte of
 * memory.
 */
function guardShape(bytes: Buffer): void {
  if (bytes.length <= MAX_UNCHECKED_BYTES) return;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    if (byte === COMMA) values += 1;
    else if (OPENING.has(byte)) {
      depth += 1;
      values += 1;
    } else if (CLOSING.has(byte)) depth -= 1;
    if (depth > MAX_DEPTH)
      throw new UnreadableRequestError('too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    // This count may include a value twice; the exact count follows after parsing.
    if (values > 2 * MAX_NODES + 2)
      throw new UnreadableRequestError('too_many_values', `The body holds more than ${MAX_NODES} values.`);
  }
}

/** Returns the index of the quote that ends the string starting at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return bytes.length;
}

interface Visit {
  value: unknown;
  parent: Visit | undefined;
  key: string | number;
  depth: number;
}

/** Returns whether a whole number is so large that parsing may have changed it. */
function guardValue(root: unknown, checkText: boolean): boolean {
  if (typeof root !== 'object' || root === null) {
    guardScalar(root, () => '', checkText);
    return isLargeInteger(root);
  }
  let hasLargeIntegers = false;
  const stack: Visit[] = [{ value: root, parent: undefined, key: '', depth: 1 }];
  let nodes = 0;
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    if (visit.depth > MAX_DEPTH) {
      throw new UnreadableRequestError('too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`, [
        { path: cutText(pathOf(visit), MAX_PATH_LENGTH), message: 'is nested too deep' },
      ]);
    }
    const entries = Array.isArray(visit.value) ? visit.value.entries() : Object.entries(visit.value as object);
    for (const [key, value] of entries) {
      nodes += 1;
      if (nodes > MAX_NODES) {
        throw new UnreadableRequestError('too_many_values', `The body holds more than ${MAX_NODES} values.`);
      }
      if (typeof key === 'string') guardKey(key, value, visit, checkText);
      if (typeof value === 'object' && value !== null) {
        stack.push({ value, parent: visit, key, depth: visit.depth + 1 });
        continue;
      }
      guardScalar(value, () => pathOf({ value, parent: visit, key, depth: 0 }), checkText);
      if (isLargeInteger(value)) hasLargeIntegers = true;
    }
  }
  return hasLargeIntegers;
}

function isLargeInteger(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

function guardKey(key: string, value: unknown, parent: Visit, checkText: boolean): void {
  const isForbidden =
    key === '__proto__' ||
    (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'));
  if (isForbidden) {
    throw new UnreadableRequestError('forbidden_key', 'The body holds a key that is not allowed.', [
      { path: pathOf({ value, parent, key, depth: 0 }), message: 'is not allowed as a key' },
    ]);
  }
  if (checkText) guardText(key, pathOf(parent));
}

function guardScalar(value: unknown, path: () => string, checkText: boolean): void {
  if (typeof value === 'string') {
    if (checkText) guardText(value, path());
  } else if (typeof value === 'number' || typeof value === 'bigint') guardNumber(value, path);
}

/** JSON has no largest number. One that exceeds a double would silently become another number, or null. */
function guardNumber(value: number | bigint, path: () => string): void {
  const fault = faultOfNumber(value);
  if (fault) refuse(fault, 'The body holds a number that is too large.', path());
}

function guardText(text: string, path: string): void {
  const fault = faultOfText(text);
  if (fault)
    refuse(fault, `The body holds a ${fault.code === 'nul_character' ? 'NUL character' : 'lone surrogate'}.`, path);
}

function refuse({ code, message }: ValueFault, detail: string, path: string): never {
  throw new UnreadableRequestError(code, detail, [{ path, message }]);
}

function pathOf(visit: Visit): string {
  const keys: string[] = [];
  for (let at: Visit | undefined = visit; at?.parent !== undefined; at = at.parent) keys.unshift(String(at.key));
  return keys.map((key) => key.toWellFormed().replaceAll('\0', '\ufffd')).join('.');
}

/**
 * @throws UnreadableRequestError when a query parameter holds a NUL character or is named like a member of every object
 */
export function guardQuery(query: unknown): void {
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    // Code that looks up parameters by name would find `constructor` even though it was not declared.
    if (name in Object.prototype) {
      throw new UnreadableRequestError('forbidden_key', 'A query parameter has a name that is not allowed.', [
        { path: name, message: 'is not a known field' },
      ]);
    }
    if (faultOfText(name)) {
      throw new UnreadableRequestError(
        'nul_character',
        'The name of a query parameter holds a character that is not allowed.',
        [{ path: name.toWellFormed().replaceAll('\0', '\ufffd'), message: 'is not a known field' }],
      );
    }
    const values = Array.isArray(value) ? (value as unknown[]) : [value];
    if (values.some((each) => typeof each === 'string' && faultOfText(each))) {
      throw new UnreadableRequestError('nul_character', 'A query parameter holds a character that is not allowed.', [
        { path: name, message: 'must not contain a NUL character (U+0000)' },
      ]);
    }
  }
}
