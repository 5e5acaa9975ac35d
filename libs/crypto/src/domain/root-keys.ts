import { createHash } from 'node:crypto';
import { ConfigError } from '#libs/kernel';

export interface RootKey {
  /** First 16 hex digits of the key's SHA-256: names the key without showing it. */
  readonly fingerprint: string;
  readonly bytes: Buffer;
}

const fingerprintOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/**
 * Reads `NANGO_ENCRYPTION_KEY`: one or more base64 keys of 32 bytes, comma separated, the first is primary.
 * @throws ConfigError naming the position of a bad key
 */
export function parseRootKeys(text: string): RootKey[] {
  return text.split(',').map((part, index) => {
    const bytes = Buffer.from(part.trim(), 'base64');
    if (bytes.length !== 32) {
      throw new ConfigError(`NANGO_ENCRYPTION_KEY: key ${index + 1} must be base64 of 32 bytes, it has ${bytes.length}`);
    }
    return { fingerprint: fingerprintOf(bytes), bytes };
  });
}
