/**
 * What a text and a number must be to be stored unchanged. The API, imported files and legacy databases apply the same
 * rules, so that a file that the API would accept can be imported and the other way round.
 */

/** Why a value is refused: `code` for programs, `message` for people. */
export interface ValueFault {
  code: 'nul_character' | 'lone_surrogate' | 'number_too_large';
  message: string;
}

const NUL: ValueFault = { code: 'nul_character', message: 'must not contain a NUL character (U+0000)' };
const LONE_SURROGATE: ValueFault = {
  code: 'lone_surrogate',
  message: 'must be well-formed Unicode, without lone surrogates',
};
const NOT_FINITE: ValueFault = { code: 'number_too_large', message: 'must be a number below 1.8e308' };
const INEXACT: ValueFault = {
  code: 'number_too_large',
  message: 'must be a whole number that a double can hold, such as one up to 9007199254740991: send others as text',
};

/** Returns why a text cannot be stored: PostgreSQL stores neither a NUL character nor a lone surrogate. */
export function faultOfText(text: string): ValueFault | undefined {
  if (text.includes('\0')) return NUL;
  return text.isWellFormed() ? undefined : LONE_SURROGATE;
}

/** Returns why a number of parsed JSON cannot be stored. A BigInt is a whole number that `parseExactJson` found. */
export function faultOfNumber(value: number | bigint): ValueFault | undefined {
  if (typeof value === 'bigint') return INEXACT;
  return Number.isFinite(value) ? undefined : NOT_FINITE;
}

/** Returns the number of characters, as people and PostgreSQL count them. `length` counts an emoji as two. */
export function lengthOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += widthAt(text, at)) count += 1;
  return count;
}

export function isLongerThan(text: string, maxCharacters: number): boolean {
  return text.length > maxCharacters && lengthOf(text) > maxCharacters;
}

/** Returns the first `maxCharacters` characters. `slice` would leave half of an emoji at the end. */
export function cutText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  let end = 0;
  for (let count = 0; count < maxCharacters && end < text.length; count++) end += widthAt(text, end);
  return text.slice(0, end);
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
}

/** Decodes text in an encoding. */
export interface TextReader {
  /** Name of the encoding. */
  readonly encoding: string;
  /** @throws TypeError if the bytes are not in the encoding; the rest of a character may follow unless `isLast` */
  decode(bytes: Uint8Array, isLast?: boolean): string;
}

/** Characters of windows-1252 from 0x80 to 0x9f. The rest is as in ISO 8859-1. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const C1_CONTROLS = /[\x80-\x9f]/g;

/** Returns a reader for an encoding that the WHATWG standard names. @throws RangeError for any other */
export function readerOf(encoding: string): TextReader {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  if (decoder.encoding !== 'windows-1252')
    return { encoding: decoder.encoding, decode: (bytes, isLast = true) => decoder.decode(bytes, { stream: !isLast }) };
  // Several versions of Node.js decode it as ISO 8859-1, which turns `€` into a control character.
  return {
    encoding: decoder.encoding,
    decode: (bytes) =>
      Buffer.from(bytes)
        .toString('latin1')
        .replace(C1_CONTROLS, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80)),
  };
}

const utf8 = readerOf('utf-8');

/** Decodes bytes; undefined if they are not in this encoding. */
export function decodeText(bytes: Uint8Array, encoding = 'utf-8'): string | undefined {
  try {
    return (encoding === 'utf-8' ? utf8 : readerOf(encoding)).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether this server can read texts in an encoding, such as `windows-1252`. */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;

/**
 * Reads a number that is written in decimal, such as a cell of a CSV file; undefined for anything else, and for a whole
 * number that a double would change. `Number` also reads `0x1` and an empty text.
 */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed) || !isExact(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether the number is printed as it was written. Only whole numbers above 2^53 are not; fractions are rounded. */
function isExact(text: string): boolean {
  if (!WHOLE.test(text)) return true;
  const value = Number(text);
  return Number.isSafeInteger(value) || (Number.isFinite(value) && BigInt(printed(value)) === BigInt(text));
}

/** Returns the decimal digits with which a whole number is printed; from 1e21 on, JavaScript prints an exponent. */
function printed(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e+');
  if (exponent === undefined) return mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  return whole + fraction.padEnd(Number(exponent), '0');
}

const MANY_DIGITS = /\d{16}/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON. A whole number that a double cannot hold becomes a BigInt, while `JSON.parse` would silently change
 * 9007199254740993 to 9007199254740992.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MANY_DIGITS.test(text)) return value;
  const mark = crypto.randomUUID();
  let found = false;
  const marked = text.replace(STRING_OR_NUMBER, (token) => {
    if (token.startsWith('"') || isExact(token)) return token;
    found = true;
    return `"${mark}${token}"`;
  });
  if (!found) return value;
  return JSON.parse(marked, (_, each: unknown) =>
    typeof each === 'string' && each.startsWith(mark) ? BigInt(each.slice(mark.length)) : each,
  ) as unknown;
}
