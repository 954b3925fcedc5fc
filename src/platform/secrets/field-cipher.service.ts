import { createCipheriv, createDecipheriv, hkdfSync, randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError, type TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { encryptionKeys, generatedEncryptionKey } from './key-files.js';
import { keyId } from './own-keys.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MAX_TENANTS = 2000;
const ENVELOPE_START = /^v1\.([0-9a-f]{8})\./;
const ENVELOPE = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]*)\.([\w-]{22})$/;

/** The row and column of a value. The ciphertext is bound to it, so a value cannot be moved to another row. */
export interface FieldPlace {
  table: string;
  column: string;
  id: string;
}

/** The value was encrypted with a key that is not configured, or was modified. The record exists but cannot be read. */
export class UnreadableFieldError extends AppError {
  constructor(cause?: unknown) {
    super({
      code: 'field_unreadable',
      status: 500,
      title: 'Unreadable value',
      detail: 'An encrypted value cannot be read with the keys of this server.',
      remedy: 'FL_ENCRYPTION_KEY must list every key that was ever used, on every replica: the newest first.',
      cause,
    });
  }
}

interface MasterKey {
  id: string;
  bytes: Buffer;
}

/**
 * Encrypts single values at rest with AES-256-GCM and a random 96-bit IV, bound to tenant, table, column and row.
 *
 * - the envelope is `v1.<key id>.<iv>.<ciphertext>.<tag>`, base64url
 * - each tenant has its own data key, derived from the key-encryption key (HKDF-SHA256, RFC 5869); because it is not
 *   stored, a server can encrypt during an outage for a tenant it has not served before
 * - the first key of FL_ENCRYPTION_KEY encrypts and all keys decrypt; rotating means putting a new key in front
 */
@Injectable()
export class FieldCipher {
  private readonly masters: MasterKey[];
  /** The key that this server generated before FL_ENCRYPTION_KEY was set: it opens what waited in the spool since. */
  private readonly generated: MasterKey[];
  private readonly tenantKeys = new LRUCache<string, Buffer>({ max: MAX_TENANTS });

  constructor(config: FeedbackLoopConfig) {
    this.masters = encryptionKeys(config).map((bytes) => ({ id: keyId(bytes), bytes }));
    const generated = generatedEncryptionKey(config);
    this.generated = generated ? [{ id: keyId(generated), bytes: generated }] : [];
  }

  /** Id of the key that encrypts. */
  get currentKeyId(): string {
    return (this.masters[0] as MasterKey).id;
  }

  /** Returns whether this server can decrypt values that were encrypted with the key of this id. */
  knows(id: string): boolean {
    return this.masters.some((master) => master.id === id);
  }

  seal(tenant: TenantContext, place: FieldPlace, text: string): string {
    const [master] = this.masters as [MasterKey];
    const iv = nextIv();
    const cipher = createCipheriv('aes-256-gcm', this.tenantKey(master, tenant), iv).setAAD(aad(tenant, place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `v1.${master.id}.${iv.toString('base64url')}.${sealed.toString('base64url')}.${cipher.getAuthTag().toString('base64url')}`;
  }

  /** @throws UnreadableFieldError when the key is not configured, or the value or its place was changed */
  open(tenant: TenantContext, place: FieldPlace, envelope: string): string {
    return this.openWith(this.masters, tenant, place, envelope);
  }

  /**
   * Returns the value encrypted with the current key. Every server of the database has that key, but not the key that
   * this server may have used while it could not ask the database.
   * @throws UnreadableFieldError when this server does not have the key of the envelope any more
   */
  renew(tenant: TenantContext, place: FieldPlace, envelope: string): string {
    const [, id] = ENVELOPE_START.exec(envelope) ?? [];
    if (id === undefined || id === this.currentKeyId) return envelope;
    return this.seal(tenant, place, this.openWith([...this.masters, ...this.generated], tenant, place, envelope));
  }

  private openWith(masters: readonly MasterKey[], tenant: TenantContext, place: FieldPlace, envelope: string): string {
    const [, id, iv = '', sealed = '', tag = ''] = ENVELOPE.exec(envelope) ?? [];
    const master = masters.find((each) => each.id === id);
    if (!master) throw new UnreadableFieldError();
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        this.tenantKey(master, tenant),
        Buffer.from(iv, 'base64url'),
      ).setAAD(aad(tenant, place));
      decipher.setAuthTag(Buffer.from(tag, 'base64url').subarray(0, TAG_BYTES));
      return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new UnreadableFieldError(error);
    }
  }

  private tenantKey(master: MasterKey, { tenantId }: TenantContext): Buffer {
    const name = `${master.id}\n${tenantId}`;
    const known = this.tenantKeys.get(name);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', master.bytes, '', `feedback-loop tenant ${tenantId}`, KEY_BYTES));
    this.tenantKeys.set(name, key);
    return key;
  }
}

/** Random bytes are drawn for many IVs together, because drawing twelve costs as much as encrypting a sentence. */
const IV_POOL = Buffer.allocUnsafe(IV_BYTES * 512);
let ivOffset = IV_POOL.length;

function nextIv(): Buffer {
  if (ivOffset === IV_POOL.length) {
    randomFillSync(IV_POOL);
    ivOffset = 0;
  }
  ivOffset += IV_BYTES;
  // Copied, because the pool is overwritten later.
  return Buffer.from(IV_POOL.subarray(ivOffset - IV_BYTES, ivOffset));
}

function aad({ tenantId }: TenantContext, { table, column, id }: FieldPlace): Buffer {
  return Buffer.from(`${tenantId}|${table}|${column}|${id}`);
}
