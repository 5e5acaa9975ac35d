import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';

/**
 * Layout of a sealed value: version (1 byte) · data key id (4, big endian) · salt (16) · counter (12) · tag (16) · ciphertext.
 *
 * AES-256-GCM allows about 2^32 random nonces under one key, which a busy record store uses up in days. So every process
 * derives its own subkey from the data key and a random salt (HKDF, RFC 5869) and counts its nonces: none ever repeats.
 */
const VERSION_CLEAR = 0;
const VERSION_SEALED = 1;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_AT = 5;
const NONCE_AT = SALT_AT + SALT_BYTES;
const TAG_AT = NONCE_AT + NONCE_BYTES;
const HEADER_BYTES = TAG_AT + TAG_BYTES;
const INFO = 'fairlead sealed box v1';
/** Numbers in four bytes. */
const WORD = 2 ** 32;

/** A key object, not bytes: node:crypto would otherwise prepare the bytes anew for every value. */
export const deriveSubkey = (dataKey: Buffer, salt: Buffer): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, salt, INFO, 32)));

/** A text, and what binds it to its place. */
export interface Unsealed {
  readonly text: string;
  readonly aad: string;
}

/** Sealed values one behind the other. */
export interface SealedValues {
  readonly bytes: Buffer;
  readonly sizes: readonly number[];
}

/** Seals values under one data key; one instance per process and key. */
export class Sealer {
  /** What every value begins with, up to its nonce. */
  readonly #head = Buffer.alloc(NONCE_AT);
  /** Of the value that was sealed last. */
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  readonly #subkey: KeyObject;
  #count = 0;

  constructor(keyId: number, dataKey: Buffer) {
    const salt = randomBytes(SALT_BYTES);
    this.#head[0] = VERSION_SEALED;
    this.#head.writeUInt32BE(keyId, 1);
    this.#head.set(salt, SALT_AT);
    this.#subkey = deriveSubkey(dataKey, salt);
  }

  /** @param aad binds the value to its place: a value copied to another row does not open. */
  seal(plaintext: string | Buffer, aad: string): Buffer {
    const sealed = Buffer.allocUnsafe(HEADER_BYTES + Buffer.byteLength(plaintext));
    this.#sealInto(sealed, 0, plaintext, aad);
    return sealed;
  }

  /** Seals each as `seal` does, into one piece of memory. */
  sealAll(values: readonly Unsealed[]): SealedValues {
    const sizes = values.map(({ text }) => HEADER_BYTES + Buffer.byteLength(text));
    const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    for (const [n, { text, aad }] of values.entries()) {
      this.#sealInto(bytes, at, text, aad);
      at += sizes[n] as number;
    }
    return { bytes, sizes };
  }

  #sealInto(into: Buffer, at: number, plaintext: string | Buffer, aad: string): void {
    this.#countNonce();
    const cipher = createCipheriv('aes-256-gcm', this.#subkey, this.#nonce);
    cipher.setAAD(Buffer.from(aad));
    into.set(this.#head, at);
    into.set(this.#nonce, at + NONCE_AT);
    into.set(typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext), at + HEADER_BYTES);
    cipher.final();
    into.set(cipher.getAuthTag(), at + TAG_AT);
  }

  /** The next number, exact far beyond what one process ever seals. */
  #countNonce(): void {
    this.#count += 1;
    this.#nonce.writeUInt32BE(Math.floor(this.#count / WORD), NONCE_BYTES - 8);
    this.#nonce.writeUInt32BE(this.#count % WORD, NONCE_BYTES - 4);
  }
}

/** Parts of a sealed value, before its key is known. */
export interface SealedParts {
  readonly keyId: number;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly ciphertext: Buffer;
}

/** Splits a sealed value; null when it was stored in clear. @throws RangeError on anything else */
export function splitSealed(sealed: Buffer): SealedParts | null {
  if (sealed[0] === VERSION_CLEAR) return null;
  if (sealed[0] !== VERSION_SEALED || sealed.length < HEADER_BYTES) throw new RangeError('not a sealed value');
  let at = SALT_AT;
  const take = (bytes: number) => sealed.subarray(at, (at += bytes));
  return {
    keyId: sealed.readUInt32BE(1),
    salt: take(SALT_BYTES),
    nonce: take(NONCE_BYTES),
    tag: take(TAG_BYTES),
    ciphertext: sealed.subarray(at),
  };
}

/** @throws Error when key, associated data or bytes do not match */
export function openParts(parts: SealedParts, subkey: KeyObject, aad: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', subkey, parts.nonce);
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(parts.tag);
  const head = decipher.update(parts.ciphertext);
  return Buffer.concat([head, decipher.final()]);
}

/** What a value of this data key begins with: version and key id. */
export function sealedPrefix(keyId: number): Buffer {
  const prefix = Buffer.alloc(SALT_AT);
  prefix[0] = VERSION_SEALED;
  prefix.writeUInt32BE(keyId, 1);
  return prefix;
}

/** Id of the data key a value was sealed with; undefined when it is stored in clear. */
export const keyIdOf = (stored: Buffer): number | undefined =>
  stored[0] === VERSION_SEALED && stored.length >= SALT_AT ? stored.readUInt32BE(1) : undefined;

/** Bytes that tell a stored value from any other: the header, whose nonce never repeats, or all of a value in clear. */
export const identityOf = (stored: Buffer): Buffer => (keyIdOf(stored) === undefined ? stored : stored.subarray(0, HEADER_BYTES));

export const storeClear = (plaintext: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([VERSION_CLEAR]), Buffer.from(plaintext)]);

export const readClear = (stored: Buffer): Buffer => stored.subarray(1);
