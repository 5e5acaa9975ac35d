import type { Buffer } from 'buffer';
import { hostNow } from '../host-now.js';
import { bytesOf, fromBase64, toBase64, wrongType } from './bytes.js';

type Kind = 'secret' | 'private' | 'public';

/** A key on its way to the host (`src/child/wire-bytes.ts`). */
export interface WireKey {
  readonly text?: string;
  readonly bytes?: string;
  readonly jwk?: object;
  readonly options: object;
}

interface ReadKey {
  readonly der: string;
  readonly keyType: string;
  readonly details: { readonly publicExponent?: string };
}

interface ExportOptions {
  readonly format?: string;
  readonly type?: string;
  readonly cipher?: string;
  readonly passphrase?: string;
}

/** A key that was read. It is kept here, for the run. */
export class KeyObject {
  readonly type: Kind;
  readonly #read: ReadKey;

  constructor(type: Kind, read: ReadKey) {
    this.type = type;
    this.#read = read;
  }
  get asymmetricKeyType(): string | undefined {
    return this.type === 'secret' ? undefined : this.#read.keyType;
  }
  get asymmetricKeyDetails(): object | undefined {
    if (this.type === 'secret') return undefined;
    const { publicExponent, ...details } = this.#read.details;
    return { ...details, ...(publicExponent === undefined ? {} : { publicExponent: BigInt(publicExponent) }) };
  }
  get symmetricKeySize(): number | undefined {
    return this.type === 'secret' ? fromBase64(this.#read.der).length : undefined;
  }
  equals(other: KeyObject): boolean {
    return this.type === other.type && this.#read.der === other.#read.der;
  }
  export(options: ExportOptions = {}): Buffer | string | object {
    const { der } = this.#read;
    if (this.type === 'secret') {
      const bytes = fromBase64(der);
      return options.format === 'jwk' ? { kty: 'oct', k: bytes.toString('base64url') } : bytes;
    }
    const { text, bytes, jwk } = hostNow<{ text?: string; bytes?: string; jwk?: object }>('crypto.exportKey', {
      kind: this.type,
      der,
      options,
    });
    return text ?? jwk ?? fromBase64(bytes ?? '');
  }
  /** @internal */
  wire(): WireKey {
    if (this.type === 'secret') return { bytes: this.#read.der, options: {} };
    return { bytes: this.#read.der, options: { format: 'der', type: this.type === 'private' ? 'pkcs8' : 'spki' } };
  }
}

const KEY_EXPECTED = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey';

/** A key as Node takes it: PEM, DER, a JWK, a key object, or one of these with a passphrase, a padding and the like. */
export function wireKey(given: unknown): WireKey {
  if (given instanceof KeyObject) return given.wire();
  if (typeof given === 'string') return { text: given, options: {} };
  if (ArrayBuffer.isView(given) || given instanceof ArrayBuffer) return { bytes: toBase64(given), options: {} };
  if (typeof given !== 'object' || given === null) throw wrongType('key', KEY_EXPECTED, given);
  const { key, passphrase, oaepLabel, encoding, ...rest } = given as Record<string, unknown>;
  const options = {
    ...rest,
    ...(typeof passphrase === 'string' ? { passphrase } : {}),
    ...(ArrayBuffer.isView(passphrase) ? { passphraseBytes: toBase64(passphrase) } : {}),
    ...(oaepLabel === undefined ? {} : { oaepLabel: toBase64(oaepLabel) }),
  };
  if (rest['format'] === 'jwk') return { jwk: key as object, options };
  const text = typeof encoding === 'string' && typeof key === 'string' ? bytesOf(key, encoding) : key;
  const inner = wireKey(text);
  return { ...inner, options: { ...options, ...inner.options } };
}

/** The bytes of a secret, as base64. */
export function secretOf(key: unknown, encoding?: string): string {
  if (key instanceof KeyObject && key.type === 'secret') return key.wire().bytes ?? '';
  return toBase64(key, encoding, 'key', KEY_EXPECTED);
}

export const createSecretKey = (key: unknown, encoding?: string): KeyObject =>
  new KeyObject('secret', { der: secretOf(key, encoding), keyType: '', details: {} });

const read = (kind: 'private' | 'public', key: unknown): KeyObject =>
  new KeyObject(kind, hostNow<ReadKey>('crypto.readKey', { kind, key: wireKey(key) }));

export const createPrivateKey = (key: unknown): KeyObject => read('private', key);
export const createPublicKey = (key: unknown): KeyObject => read('public', key);
