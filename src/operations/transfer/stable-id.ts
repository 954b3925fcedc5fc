import { createHash } from 'node:crypto';

/**
 * The id of a record that has none, or another: a UUID v7 of its time whose other bits are SHA-256 of where it comes from, so that importing it again is
 * importing the same.
 */
export function idOf(source: string, table: string, olderId: unknown, time: number): string {
  const hash = createHash('sha256')
    .update([source, table, String(olderId)].join('\n'))
    .digest('hex');
  const clock = Math.floor(time).toString(16).padStart(12, '0');
  const variant = ((parseInt(hash.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${clock.slice(0, 8)}-${clock.slice(8)}-7${hex3(hash, 0)}-${variant}${hex3(hash, 4)}-${hash.slice(8, 20)}`;
}

function hex3(hash: string, at: number): string {
  return hash.slice(at, at + 3);
}
