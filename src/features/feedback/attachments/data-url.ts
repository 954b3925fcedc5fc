import { ScreenshotRefusedError } from './images.js';

const MARK = ';base64,';
const MAX_TYPE_LENGTH = 100;

/**
 * Returns the bytes of a data URL (RFC 2397), or of plain Base64, which legacy clients send. Ignores the declared type.
 *
 * @throws ScreenshotRefusedError if the text is empty, is not Base64, or holds more than `maxBytes`
 */
export function bytesOfDataUrl(text: string, maxBytes: number): Buffer {
  const from = text.startsWith('data:') ? startOfData(text) : 0;
  const length = text.length - from;
  if (length === 0) throw new ScreenshotRefusedError('empty', 'is empty');
  if (Math.floor((length * 3) / 4) > maxBytes + 3) throw tooLarge(maxBytes);
  const bytes = Buffer.from(from === 0 ? text : text.slice(from), 'base64');
  // The decoder skips invalid characters instead of failing, so a result that is too short shows that this was not
  // Base64.
  if (bytes.length < Math.floor((length * 3) / 4) - 3) throw new ScreenshotRefusedError('not_base64', 'must be base64');
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

export function tooLarge(maxBytes: number): ScreenshotRefusedError {
  return new ScreenshotRefusedError('too_large', `must not be larger than ${Math.floor(maxBytes / 1024)} KiB`);
}

function startOfData(text: string): number {
  const comma = text.indexOf(MARK);
  if (comma < 0 || comma > MAX_TYPE_LENGTH)
    throw new ScreenshotRefusedError('not_base64', 'must be a data URL in base64');
  return comma + MARK.length;
}
