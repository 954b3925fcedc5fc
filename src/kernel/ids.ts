import { randomFillSync } from 'node:crypto';

const POOL = Buffer.allocUnsafe(10 * 512);
let used = POOL.length;

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/**
 * Returns a UUID v7 (RFC 9562) whose 48-bit time is `time` in milliseconds since 1970; the other 74 bits are random.
 *
 * - the time is that of the record, even if the record arrives later, because tables are partitioned and paged by it
 */
export function uuidv7(time: number = Date.now()): string {
  if (used === POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const at = used;
  used += 10;
  const byte = (i: number): number => POOL[at + i] as number;
  const high = Math.floor(time / 2 ** 16)
    .toString(16)
    .padStart(8, '0');
  const low = (time % 2 ** 16).toString(16).padStart(4, '0');
  const hex = (value: number): string => HEX[value] as string;
  return (
    `${high}-${low}-7${hex(byte(0)).charAt(1)}${hex(byte(1))}-` +
    `${hex((byte(2) & 0x3f) | 0x80)}${hex(byte(3))}-` +
    `${hex(byte(4))}${hex(byte(5))}${hex(byte(6))}${hex(byte(7))}${hex(byte(8))}${hex(byte(9))}`
  );
}

let lastTime = 0;
let counter = 0;
const MAX_PER_MILLISECOND = 0xfff;

/**
 * Returns a UUID v7 that is greater than every id this function returned before in this process, even within a
 * millisecond or when the clock is set back (RFC 9562, 6.2, method 1).
 *
 * - decides which of two changes was accepted later; between servers it is as exact as their clocks
 */
export function acceptanceId(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    counter = 0;
  } else if (counter === MAX_PER_MILLISECOND) {
    lastTime += 1;
    counter = 0;
  } else counter += 1;
  const id = uuidv7(lastTime);
  return `${id.slice(0, 15)}${counter.toString(16).padStart(3, '0')}${id.slice(18)}`;
}

/** Returns the smallest id of the millisecond `time`, a bound of half-open id ranges. */
export function smallestIdAt(time: number): string {
  const bounded = Math.min(Math.max(0, Math.floor(time)), 2 ** 48 - 1);
  const hex = bounded.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: string): boolean {
  return UUID.test(value);
}
