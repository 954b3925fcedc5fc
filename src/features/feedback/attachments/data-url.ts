import { ScreenshotRefusedError } from './images.js';

const SCHEME = /^\s*data:/i;
/** The declared type is ignored, but bounds where the data begins. */
const HEADER = /^\s*data:[^,]{0,100}?;base64,/i;
const BREAKS = /[\t\n\f\r]/;
const LINE_BREAK = / *[\t\n\f\r]+ */g;
/** Base64, and its variant for addresses. */
const INVALID = /[^\w+/-]/;
const PADDING = /={1,2}$/;
/** Length of the lines into which MIME, PEM and most tools divide Base64 are multiples of this. */
const GROUP = 4;

/** Returns the maximum length of a data URL that holds `maxBytes`, with line breaks. */
export function maxDataUrlLength(maxBytes: number): number {
  return Math.ceil(maxBytes * 1.4) + 1024;
}

/**
 * Returns the bytes of a data URL (RFC 2397), or of plain Base64, which legacy clients send. Ignores the declared type and
 * white space, as browsers and RFC 2045 do.
 *
 * @throws ScreenshotRefusedError if the text is empty, is not Base64, or holds more than `maxBytes`
 */
export function bytesOfDataUrl(text: string, maxBytes: number): Buffer {
  if (text.length > maxDataUrlLength(maxBytes)) throw tooLarge(maxBytes);
  const [header = ''] = HEADER.exec(text) ?? [];
  if (header === '' && SCHEME.test(text))
    throw new ScreenshotRefusedError('not_base64', 'must be a data URL in base64');
  const data = withoutSpace(text.slice(header.length)).replace(PADDING, '');
  const { length } = data;
  if (length === 0) throw new ScreenshotRefusedError('empty', 'is empty');
  if (Math.floor((length * 3) / 4) > maxBytes) throw tooLarge(maxBytes);
  // The decoder would skip invalid characters.
  if (INVALID.test(data)) throw new ScreenshotRefusedError('not_base64', 'must be base64');
  return Buffer.from(data, 'base64');
}

export function tooLarge(maxBytes: number): ScreenshotRefusedError {
  return new ScreenshotRefusedError('too_large', `must not be larger than ${Math.floor(maxBytes / 1024)} KiB`);
}

/** Removes white space. A blank may also stand for `+`: an HTML form that is decoded twice turns one into the other. */
function withoutSpace(text: string): string {
  const data = BREAKS.test(text) ? text.replace(LINE_BREAK, '') : text;
  if (!data.includes(' ')) return data;
  const parts = data.split(' ').filter((part) => part !== '');
  const joined = parts.join('');
  if (joined === '') return '';
  const fits = (length: number): boolean => length % GROUP === 0;
  // Padded Base64 is a multiple of four characters long, with its plus signs and without its separators.
  if (fits(joined.length) !== fits(data.length)) return fits(joined.length) ? joined : data.replaceAll(' ', '+');
  const [first = ''] = parts;
  const isDivided = fits(first.length) && parts.slice(0, -1).every(({ length }) => length === first.length);
  return isDivided ? joined : data.replaceAll(' ', '+');
}
