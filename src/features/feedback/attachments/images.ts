import type { Sharp, SharpOptions } from 'sharp';
import { withDeadline } from '#kernel';

/** An encoded image and its thumbnail, as they are stored. `width` and `height` are in pixels. */
export interface EncodedImage {
  picture: Buffer;
  thumbnail: Buffer;
  width: number;
  height: number;
}

/** The header of an image. `width` and `height` are in pixels. */
export interface ImageHeader {
  contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
}

/** A screenshot is refused. Its feedback is still recorded, with a warning that has this code and message. */
export class ScreenshotRefusedError extends Error {
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

/** Allows one frame and limited pixels, so that a decompression bomb is refused by its header. */
const SAFE: SharpOptions = { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1, animated: false };
/** Also decodes an image that breaks off or has wrong checksums, as far as it can be read. Browsers show those, too. */
const LENIENT: SharpOptions = { ...SAFE, failOn: 'none' };

type SharpFactory = (input: Buffer, options: SharpOptions) => Sharp;
let loading: Promise<SharpFactory> | undefined;

/** Loads the library with the first image, so that a server without screenshots does not need the memory. */
async function factory(): Promise<SharpFactory> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp as SharpFactory;
  });
  return loading;
}

/** Returns the type by the first bytes. File names and declared types are not trusted. */
export function typeOf(bytes: Buffer): ImageHeader['contentType'] | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}

/**
 * Reads the header without decoding the image.
 *
 * @throws ScreenshotRefusedError if the bytes are not a PNG, JPEG or WebP image, or the image has too many pixels
 */
export async function readHeader(bytes: Buffer): Promise<ImageHeader> {
  if (bytes.length === 0) throw new ScreenshotRefusedError('empty', 'is empty');
  const contentType = typeOf(bytes);
  if (contentType === undefined) throw new ScreenshotRefusedError('not_a_picture', 'must be PNG, JPEG or WebP');
  const sharp = await factory();
  let metadata;
  try {
    metadata = await withDeadline(sharp(bytes, { ...SAFE, limitInputPixels: false }).metadata(), HEADER_MS, unreadable);
  } catch (error) {
    throw error instanceof ScreenshotRefusedError ? error : unreadable();
  }
  const { format, height, width } = metadata;
  if (!width || !height || `image/${format}` !== contentType) throw unreadable();
  if (width * height > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE)
    throw new ScreenshotRefusedError('too_many_pixels', `must not have more than ${MAX_PIXELS / 1e6} million pixels`);
  return { contentType, width, height };
}

/**
 * Re-encodes an image as WebP, with a thumbnail. This removes hidden content of the file, such as an appended script or
 * the location where a photo was taken. Of a damaged image, encodes what can be decoded.
 *
 * @throws ScreenshotRefusedError if nothing can be decoded
 */
export async function encodeImage(bytes: Buffer): Promise<EncodedImage> {
  const sharp = await factory();
  try {
    return await encode(sharp, bytes, SAFE);
  } catch {
    if (await isVisible(sharp, bytes)) return encode(sharp, bytes, LENIENT).catch(() => Promise.reject(unreadable()));
    throw unreadable();
  }
}

async function encode(sharp: SharpFactory, bytes: Buffer, options: SharpOptions): Promise<EncodedImage> {
  const inside = (side: number): Sharp =>
    sharp(bytes, options)
      .timeout({ seconds: ENCODE_SECONDS })
      // Applies the orientation before the metadata that holds it is removed.
      .rotate()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  const picture = await inside(STORED_SIDE).webp({ quality: 80 }).toBuffer({ resolveWithObject: true });
  const thumbnail = await inside(THUMBNAIL_SIDE).webp({ quality: 70 }).toBuffer();
  return { picture: picture.data, thumbnail, width: picture.info.width, height: picture.info.height };
}

/** Whether anything of a damaged image can be decoded. The decoder fills the rest with one colour. */
async function isVisible(sharp: SharpFactory, bytes: Buffer): Promise<boolean> {
  try {
    const small = sharp(bytes, LENIENT)
      .timeout({ seconds: ENCODE_SECONDS })
      .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true });
    const { channels } = await sharp(await small.png().toBuffer(), SAFE).stats();
    return channels.some(({ max, min }) => max > min);
  } catch {
    return false;
  }
}

function unreadable(): ScreenshotRefusedError {
  return new ScreenshotRefusedError('unreadable', 'cannot be read as an image');
}
