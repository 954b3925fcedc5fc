import { codeOf } from '#kernel';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, type FeedbackLoopConfig } from '#config';

const KEY_BYTES = 32;

interface KeyFile {
  file: string;
  variable: string;
  /** Returns whether the text of the file is a key. */
  isKey(text: string): boolean;
  encoding: 'base64' | 'base64url';
}

const SECRET: KeyFile = {
  file: 'secret.key',
  variable: 'FL_SECRET_KEY',
  isKey: (text) => text.length >= 32,
  encoding: 'base64url',
};
const ENCRYPTION: KeyFile = {
  file: 'encryption.key',
  variable: 'FL_ENCRYPTION_KEY',
  isKey: (text) => Buffer.from(text, 'base64').length === KEY_BYTES,
  encoding: 'base64',
};

/** Returns the keys of FL_SECRET_KEY, or of a file that the first start creates. The first signs and all verify. */
export function signingSecrets({
  server: { dataDir },
  security: { secretKey },
}: Pick<FeedbackLoopConfig, 'server' | 'security'>): Buffer[] {
  return (secretKey.length > 0 ? secretKey : [readOrMake(dataDir, SECRET)]).map((secret) => Buffer.from(secret));
}

/**
 * Returns the keys of FL_ENCRYPTION_KEY, or of a file that the first start creates, 32 bytes each. The first encrypts
 * and all decrypt.
 */
export function encryptionKeys({
  server: { dataDir },
  security: { encryptionKey },
}: Pick<FeedbackLoopConfig, 'server' | 'security'>): Buffer[] {
  const given = encryptionKey.length > 0 ? encryptionKey : [readOrMake(dataDir, ENCRYPTION)];
  return given.map((key) => Buffer.from(key, 'base64'));
}

type KeyConfig = Pick<FeedbackLoopConfig, 'server' | 'security'>;

/** Whether `encryptionKeys` finds keys, instead of creating one. */
export function hasEncryptionKeys({ server, security }: KeyConfig): boolean {
  return security.encryptionKey.length > 0 || existsSync(join(server.dataDir, ENCRYPTION.file));
}

/** Whether `signingSecrets` finds keys, instead of creating one. */
export function hasSigningSecrets({ server, security }: KeyConfig): boolean {
  return security.secretKey.length > 0 || existsSync(join(server.dataDir, SECRET.file));
}

/**
 * Returns the encryption key that this server generated before FL_ENCRYPTION_KEY was set; undefined if it did not.
 */
export function generatedEncryptionKey({ server, security }: KeyConfig): Buffer | undefined {
  if (security.encryptionKey.length === 0 || !existsSync(join(server.dataDir, ENCRYPTION.file))) return undefined;
  const text = readFileSync(join(server.dataDir, ENCRYPTION.file), 'utf8').trim();
  return ENCRYPTION.isKey(text) ? Buffer.from(text, 'base64') : undefined;
}

function readOrMake(folder: string, { file, variable, isKey, encoding }: KeyFile): string {
  const path = join(folder, file);
  const problem = (text: string): ConfigurationError =>
    new ConfigurationError([
      {
        variable,
        problem: text,
        remedy: `Set ${variable} (openssl rand -base64 32), or make FL_DATA_DIR writable.`,
      },
    ]);
  let text: string;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    createIfMissing(path, randomBytes(KEY_BYTES).toString(encoding));
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw problem(`cannot be generated, because FL_DATA_DIR cannot be written (${codeOf(error)})`);
  }
  if (!isKey(text)) throw problem(`is too short in ${file} of FL_DATA_DIR`);
  return text;
}

/** Creates a durable file with mode 0600 unless it exists. Two processes that start together thus use the same key. */
function createIfMissing(path: string, text: string): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw error;
  }
  try {
    writeSync(file, `${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
