import { PictureRefused } from './pictures.js';

const MARK = ';base64,';
const MAX_TYPE_LENGTH = 100;

/**
 * The bytes of a data URL (RFC 2397), or of bare base64 as older clients send it. Its declared type is not looked at.
 * @throws PictureRefused
 */
export function bytesOfDataUrl(text: string, maxBytes: number): Buffer {
  const from = text.startsWith('data:') ? startOfData(text) : 0;
  const length = text.length - from;
  if (length === 0) throw new PictureRefused('empty', 'is empty');
  if (Math.floor((length * 3) / 4) > maxBytes + 3) throw tooLarge(maxBytes);
  const bytes = Buffer.from(from === 0 ? text : text.slice(from), 'base64');
  // Decoding skips what is no base64 and stops at nothing: what became much shorter was none.
  if (bytes.length < Math.floor((length * 3) / 4) - 3) throw new PictureRefused('not_base64', 'must be base64');
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

export function tooLarge(maxBytes: number): PictureRefused {
  return new PictureRefused('too_large', `must not be larger than ${Math.floor(maxBytes / 1024)} KiB`);
}

function startOfData(text: string): number {
  const comma = text.indexOf(MARK);
  if (comma < 0 || comma > MAX_TYPE_LENGTH) throw new PictureRefused('not_base64', 'must be a data URL in base64');
  return comma + MARK.length;
}
