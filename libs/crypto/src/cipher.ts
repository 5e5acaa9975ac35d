import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AppError } from '#libs/kernel';
import {
  deriveSubkey,
  keyIdOf,
  openParts,
  readClear,
  Sealer,
  type SealedValues,
  splitSealed,
  storeClear,
  type Unsealed,
} from './domain/sealed-box.js';

/** Most processes that ever wrote have their own salt; subkeys of the latest ones are kept. */
const SUBKEYS_KEPT = 512;

/** Unwrapped data keys, and which of them seals new values. */
export interface Keyring {
  readonly dataKeys: ReadonlyMap<number, Buffer>;
  /** Null while values are stored in clear. */
  readonly sealsWith: number | null;
}

/**
 * Seals and opens secrets with the data keys of this installation (design §4). Synchronous: keys are loaded at start, and again whenever
 * there are new ones. Without a key to seal with `enabled` is false and values are stored in clear.
 */
export class Cipher {
  #dataKeys: ReadonlyMap<number, Buffer> = new Map();
  #sealsWith: number | null = null;
  #sealer: Sealer | undefined;
  readonly #subkeys = new LRUCache<string, KeyObject>({ max: SUBKEYS_KEPT });
  /** Told when a value was met whose key is not loaded: it may have been made a moment ago. */
  onUnknownKey: () => void = () => undefined;

  /** @param dataKeys unwrapped data keys by id; @param sealsWith id of the one that seals new values, the highest if not given */
  constructor(dataKeys: ReadonlyMap<number, Buffer>, sealsWith: number | null = Math.max(...dataKeys.keys())) {
    this.load({ dataKeys, sealsWith });
  }

  get enabled(): boolean {
    return this.#sealer !== undefined;
  }

  /** Id of the data key that seals new values; null while they are stored in clear. */
  get sealsWith(): number | null {
    return this.#sealer ? this.#sealsWith : null;
  }

  /** Ids of the data keys this process can open values of. */
  get dataKeyIds(): number[] {
    return [...this.#dataKeys.keys()];
  }

  /** Everything this process can open and seal with: for a process of its own that works for this one. */
  get keyring(): Keyring {
    return { dataKeys: this.#dataKeys, sealsWith: this.sealsWith };
  }

  /** Takes further keys; those loaded before stay. */
  load({ dataKeys, sealsWith }: Keyring): void {
    this.#dataKeys = new Map([...this.#dataKeys, ...dataKeys]);
    const key = sealsWith === null || sealsWith === this.sealsWith ? undefined : this.#dataKeys.get(sealsWith);
    if (!key || sealsWith === null) return;
    this.#sealsWith = sealsWith;
    this.#sealer = new Sealer(sealsWith, key);
  }

  /** @param aad where the value belongs, such as `connections.credentials:42:<row>`; needed again to open it */
  seal(plaintext: string | Buffer, aad: string): Buffer {
    return this.#sealer ? this.#sealer.seal(plaintext, aad) : storeClear(plaintext);
  }

  /** Seals each as `seal` does, one behind the other. */
  sealAll(values: readonly Unsealed[]): SealedValues {
    if (this.#sealer) return this.#sealer.sealAll(values);
    const clear = values.map(({ text }) => storeClear(text));
    return { bytes: Buffer.concat(clear), sizes: clear.map(({ length }) => length) };
  }

  /** @throws AppError `encryption_key_unknown` when the value was sealed with a data key this process does not have */
  open(sealed: Buffer, aad: string): Buffer {
    const parts = splitSealed(sealed);
    if (!parts) return readClear(sealed);
    const id = `${parts.keyId}.${parts.salt.toString('base64')}`;
    let subkey = this.#subkeys.get(id);
    if (!subkey) {
      const dataKey = this.#dataKeys.get(parts.keyId);
      if (!dataKey) {
        this.onUnknownKey();
        throw new AppError('encryption_key_unknown', `no data key ${parts.keyId} is loaded`);
      }
      subkey = deriveSubkey(dataKey, parts.salt);
      this.#subkeys.set(id, subkey);
    }
    return openParts(parts, subkey, aad);
  }

  openText(sealed: Buffer, aad: string): string {
    return this.open(sealed, aad).toString('utf8');
  }

  /** The value sealed with the key that seals new ones; undefined when it is already. @throws as `open` does */
  reseal(sealed: Buffer, aad: string): Buffer | undefined {
    return this.enabled && keyIdOf(sealed) !== this.#sealsWith ? this.seal(this.open(sealed, aad), aad) : undefined;
  }
}
