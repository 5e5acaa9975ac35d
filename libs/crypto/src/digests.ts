import { LRUCache } from 'lru-cache';
import type { KeyObject } from 'node:crypto';
import type { Cipher } from './cipher.js';
import { digestKeyIdOf, digestKeyOf, isSameDigest, keyedDigest, plainDigest } from './domain/keyed-digest.js';

const KEYS_KEPT = 64;

/**
 * Digests that only who has a data key can make: from a stolen database nobody learns, by guessing, of what they were made. Where values
 * are stored in clear they are plain SHA-256.
 */
export class Digests {
  readonly #keys = new LRUCache<number, KeyObject>({ max: KEYS_KEPT });

  /** @param purpose keeps apart what is made for different ends */
  constructor(
    private readonly cipher: Cipher,
    private readonly purpose: string,
  ) {}

  of(text: string): Buffer {
    const keyId = this.cipher.sealsWith;
    const key = keyId === null ? undefined : this.#keyOf(keyId);
    return key && keyId !== null ? keyedDigest(keyId, key, text) : plainDigest(text);
  }

  /** Whether a digest, under whatever key, was made of this text; undefined where its key is gone or not loaded yet. */
  isOf(digest: Buffer, text: string): boolean | undefined {
    const keyId = digestKeyIdOf(digest);
    if (keyId === undefined) return isSameDigest(digest, plainDigest(text));
    const key = this.#keyOf(keyId);
    if (key) return isSameDigest(digest, keyedDigest(keyId, key, text));
    this.cipher.onUnknownKey();
    return undefined;
  }

  #keyOf(keyId: number): KeyObject | undefined {
    const known = this.#keys.get(keyId);
    if (known) return known;
    const dataKey = this.cipher.keyring.dataKeys.get(keyId);
    if (!dataKey) return undefined;
    const key = digestKeyOf(dataKey, this.purpose);
    this.#keys.set(keyId, key);
    return key;
  }
}
