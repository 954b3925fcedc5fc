import { createHmac, timingSafeEqual } from 'node:crypto';
import { isUuid } from './ids.js';
import { ValidationError } from './errors.js';

/** Position of the last row on a page, in a list ordered by (time, id), newest first. */
export interface Position {
  time: number;
  id: string;
}

export interface Page<Row> {
  data: Row[];
  next_cursor: string | null;
}

const TAG_BYTES = 12;

/**
 * Encodes positions as opaque, signed cursors, which clients can neither read nor forge.
 *
 * - a cursor is valid for the list of its name only
 * - `secrets[0]` signs and all secrets verify, so rotating the key invalidates no cursor in use
 */
export class CursorCodec {
  constructor(
    private readonly secrets: readonly Buffer[],
    private readonly list: string,
  ) {}

  encode({ time, id }: Position): string {
    const payload = Buffer.alloc(22);
    payload.writeUIntBE(time, 0, 6);
    Buffer.from(id.replaceAll('-', ''), 'hex').copy(payload, 6);
    return Buffer.concat([payload, this.tag(payload, this.secrets[0] as Buffer)]).toString('base64url');
  }

  /** @throws ValidationError naming `cursor` when this codec did not make it */
  decode(cursor: string): Position {
    const bytes = Buffer.from(cursor, 'base64url');
    const payload = bytes.subarray(0, 22);
    const tag = bytes.subarray(22);
    const valid =
      bytes.toString('base64url') === cursor &&
      bytes.length === 22 + TAG_BYTES &&
      this.secrets.some((secret) => timingSafeEqual(tag, this.tag(payload, secret)));
    if (!valid) throw new ValidationError([{ path: 'cursor', message: 'is not a cursor of this list' }]);
    const hex = payload.toString('hex', 6);
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    if (!isUuid(id)) throw new ValidationError([{ path: 'cursor', message: 'is not a cursor of this list' }]);
    return { time: payload.readUIntBE(0, 6), id };
  }

  /**
   * Returns the position that `cursor` names, or undefined for the first page.
   * @throws ValidationError naming `cursor`
   */
  positionOf(cursor: string | undefined): Position | undefined {
    return cursor === undefined ? undefined : this.decode(cursor);
  }

  /** Returns a page of `limit` rows. `rows` may hold one row more, which shows that another page follows. */
  page<Row extends { id: string }>(rows: readonly Row[], limit: number, timeOf: (row: Row) => number): Page<Row> {
    const data = rows.slice(0, limit);
    const last = rows.length > limit ? data.at(-1) : undefined;
    return { data, next_cursor: last ? this.encode({ time: timeOf(last), id: last.id }) : null };
  }

  private tag(payload: Buffer, secret: Buffer): Buffer {
    return createHmac('sha256', secret).update(`cursor ${this.list}\n`).update(payload).digest().subarray(0, TAG_BYTES);
  }
}
