import type { Sharp, SharpOptions } from 'sharp';
import { withDeadline } from '#kernel';

/** Encoded pictures as they are stored. */
export interface EncodedPicture {
  picture: Buffer;
  thumbnail: Buffer;
  width: number;
  height: number;
}

export interface PictureHeader {
  contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
}

/** Why a picture is not taken; the text it came with is. */
export class PictureRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const MAX_PIXELS = 25_000_000;
const MAX_SIDE = 16_000;
const HEADER_MS = 1000;
const ENCODE_SECONDS = 10;
const STORED_SIDE = 4096;
const THUMBNAIL_SIDE = 320;

/** One frame, no repair of broken data, and no more pixels than a large screen has: a bomb is refused by its header. */
const SAFE: SharpOptions = { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1, animated: false };

type SharpFactory = (input: Buffer, options: SharpOptions) => Sharp;
let loading: Promise<SharpFactory> | undefined;

/** Loaded with the first picture: a server that never sees one does without its memory. */
async function factory(): Promise<SharpFactory> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp as SharpFactory;
  });
  return loading;
}

/** By the first bytes alone; names and declared types are the sender's words. */
export function typeOf(bytes: Buffer): PictureHeader['contentType'] | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

/** Reads the header, without decoding. @throws PictureRefused */
export async function readHeader(bytes: Buffer): Promise<PictureHeader> {
  if (bytes.length === 0) throw new PictureRefused('empty', 'is empty');
  const contentType = typeOf(bytes);
  if (contentType === undefined) throw new PictureRefused('not_a_picture', 'must be PNG, JPEG or WebP');
  const sharp = await factory();
  const timeout = (): Error => new PictureRefused('unreadable', 'cannot be read as a picture');
  let metadata;
  try {
    metadata = await withDeadline(sharp(bytes, { ...SAFE, limitInputPixels: false }).metadata(), HEADER_MS, timeout);
  } catch (error) {
    throw error instanceof PictureRefused ? error : timeout();
  }
  const { format, height, width } = metadata;
  if (!width || !height || `image/${format}` !== contentType) throw timeout();
  if (width * height > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE)
    throw new PictureRefused('too_many_pixels', `must not have more than ${MAX_PIXELS / 1e6} million pixels`);
  return { contentType, width, height };
}

/**
 * Decodes a picture and encodes it anew as WebP, with a thumbnail. What was hidden in the file (a script behind the picture, the place
 * where a photo was taken) does not come along.
 * @throws PictureRefused when it cannot be decoded
 */
export async function encodePicture(bytes: Buffer): Promise<EncodedPicture> {
  const sharp = await factory();
  const inside = (side: number): Sharp =>
    sharp(bytes, SAFE)
      .timeout({ seconds: ENCODE_SECONDS })
      // As it was held, before the note that says so is dropped.
      .rotate()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  try {
    const picture = await inside(STORED_SIDE).webp({ quality: 80 }).toBuffer({ resolveWithObject: true });
    const thumbnail = await inside(THUMBNAIL_SIDE).webp({ quality: 70 }).toBuffer();
    return { picture: picture.data, thumbnail, width: picture.info.width, height: picture.info.height };
  } catch {
    throw new PictureRefused('unreadable', 'cannot be read as a picture');
  }
}
