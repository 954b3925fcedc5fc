import { createHash, createHmac } from 'node:crypto';
import type { FeedbackLoopConfig } from '#config';
import { encryptionKeys, hasEncryptionKeys, hasSigningSecrets, signingSecrets } from './key-files.js';

/** Proves a key without containing it. */
export interface KeyFingerprint {
  id: string;
  /** HMAC under the key. */
  check: string;
}

/** The keys that this server has for one purpose. */
export interface OwnKeys {
  purpose: 'encryption' | 'signing';
  /** The setting that contains them. */
  variable: 'FL_ENCRYPTION_KEY' | 'FL_SECRET_KEY';
  /** The first key encrypts and signs. Empty: the next start would generate one. */
  keys: KeyFingerprint[];
}

type KeyConfig = Pick<FeedbackLoopConfig, 'server' | 'security'>;

/** Returns the fingerprints of the keys of this server. Creates missing key files. */
export function ownKeys(config: KeyConfig): OwnKeys[] {
  return [
    { purpose: 'encryption', variable: 'FL_ENCRYPTION_KEY', keys: fingerprints('encryption', encryptionKeys(config)) },
    { purpose: 'signing', variable: 'FL_SECRET_KEY', keys: fingerprints('signing', signingSecrets(config)) },
  ];
}

/** Returns the fingerprints of the keys that exist, and creates none. */
export function existingKeys(config: KeyConfig): OwnKeys[] {
  const encryption = hasEncryptionKeys(config) ? encryptionKeys(config) : [];
  const signing = hasSigningSecrets(config) ? signingSecrets(config) : [];
  return [
    { purpose: 'encryption', variable: 'FL_ENCRYPTION_KEY', keys: fingerprints('encryption', encryption) },
    { purpose: 'signing', variable: 'FL_SECRET_KEY', keys: fingerprints('signing', signing) },
  ];
}

/** Returns the id that names a key in messages and envelopes. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update('feedback-loop key id').update(key).digest('hex').slice(0, 8);
}

function fingerprints(purpose: string, keys: readonly Buffer[]): KeyFingerprint[] {
  return keys.map((key) => ({
    id: keyId(key),
    check: createHmac('sha256', key).update(`feedback-loop key check ${purpose}`).digest('hex'),
  }));
}
