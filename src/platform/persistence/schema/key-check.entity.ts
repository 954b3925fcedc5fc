import { PortableEntity, StringColumn, TimeColumn } from './portable-columns.js';

/** The keys that the values of this database were encrypted and hashed with. They prove a key without containing it. */
@PortableEntity('key_checks')
export class KeyCheckEntity {
  /** `encryption` or `signing`. */
  @StringColumn(16, { primary: true }) purpose!: string;
  /** Names the key in messages, and in the envelopes of encrypted values. */
  @StringColumn(16) keyId!: string;
  /** HMAC under the key. */
  @StringColumn(64) checkValue!: string;
  @TimeColumn() recordedAt!: number;
}
