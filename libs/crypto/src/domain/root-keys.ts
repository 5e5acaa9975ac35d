import { createHash } from 'node:crypto';
import { ConfigError } from '#libs/kernel';

export interface RootKey {
  /** First 16 hex digits of the key's SHA-256: names the key without showing it. */
  readonly fingerprint: string;
  readonly bytes: Buffer;
}

const ROOT_KEY_BYTES = 32;

const fingerprintOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** @param name the variable and position a bad key is named by. @throws ConfigError when it has another length */
export function toRootKey(bytes: Buffer, name: string): RootKey {
  if (bytes.length !== ROOT_KEY_BYTES) {
    throw new ConfigError(`${name} must be base64 of ${ROOT_KEY_BYTES} bytes, it has ${bytes.length}`);
  }
  return { fingerprint: fingerprintOf(bytes), bytes };
}

/**
 * Reads `NANGO_ENCRYPTION_KEY`: one or more base64 keys of 32 bytes, comma separated, the first is primary.
 * @throws ConfigError naming the position of a bad key
 */
export const parseRootKeys = (text: string): RootKey[] =>
  text.split(',').map((part, index) => toRootKey(Buffer.from(part.trim(), 'base64'), `NANGO_ENCRYPTION_KEY: key ${index + 1}`));
