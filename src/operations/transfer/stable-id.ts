import { createHash } from 'node:crypto';

/**
 * Derives the id of a record that has no UUID: a UUID v7 of its time, with a SHA-256 of its origin as the other bits.
 * The same record always gets the same id, so that a repeated import does not duplicate it.
 *
 * @param time milliseconds since 1970
 */
export function idOf(source: string, table: string, sourceId: unknown, time: number): string {
  const hash = createHash('sha256')
    .update([source, table, String(sourceId)].join('\n'))
    .digest('hex');
  const clock = Math.floor(time).toString(16).padStart(12, '0');
  const variant = ((parseInt(hash.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${clock.slice(0, 8)}-${clock.slice(8)}-7${hex3(hash, 0)}-${variant}${hex3(hash, 4)}-${hash.slice(8, 20)}`;
}

function hex3(hash: string, at: number): string {
  return hash.slice(at, at + 3);
}
