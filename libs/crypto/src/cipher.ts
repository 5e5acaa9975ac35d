import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AppError } from '#libs/kernel';
import { deriveSubkey, openParts, readClear, Sealer, splitSealed, storeClear } from './domain/sealed-box.js';

/** Most processes that ever wrote have their own salt; subkeys of the latest ones are kept. */
const SUBKEYS_KEPT = 512;

/**
 * Seals and opens secrets with the data keys of this installation (design §4). Synchronous: keys are loaded at start.
 * Without a root key `enabled` is false and values are stored in clear.
 */
export class Cipher {
  readonly #dataKeys: ReadonlyMap<number, Buffer>;
  readonly #sealer: Sealer | undefined;
  readonly #subkeys = new LRUCache<string, KeyObject>({ max: SUBKEYS_KEPT });

  /** @param dataKeys unwrapped data keys by id; the highest id seals new values */
  constructor(dataKeys: ReadonlyMap<number, Buffer>) {
    this.#dataKeys = dataKeys;
    const active = Math.max(...dataKeys.keys());
    const key = dataKeys.get(active);
    this.#sealer = key && new Sealer(active, key);
  }

  get enabled(): boolean {
    return this.#sealer !== undefined;
  }

  /** @param aad where the value belongs, such as `connections.credentials:42:<row>`; needed again to open it */
  seal(plaintext: string | Buffer, aad: string): Buffer {
    return this.#sealer ? this.#sealer.seal(plaintext, aad) : storeClear(plaintext);
  }

  /** @throws AppError `encryption_key_unknown` when the value was sealed with a data key this process does not have */
  open(sealed: Buffer, aad: string): Buffer {
    const parts = splitSealed(sealed);
    if (!parts) return readClear(sealed);
    const id = `${parts.keyId}.${parts.salt.toString('base64')}`;
    let subkey = this.#subkeys.get(id);
    if (!subkey) {
      const dataKey = this.#dataKeys.get(parts.keyId);
      if (!dataKey) throw new AppError('encryption_key_unknown', `no data key ${parts.keyId} is loaded`);
      subkey = deriveSubkey(dataKey, parts.salt);
      this.#subkeys.set(id, subkey);
    }
    return openParts(parts, subkey, aad);
  }

  openText(sealed: Buffer, aad: string): string {
    return this.open(sealed, aad).toString('utf8');
  }
}
