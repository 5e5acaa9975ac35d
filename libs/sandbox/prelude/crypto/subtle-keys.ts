import { Buffer } from 'buffer';
import { bytesOf, type Data } from './bytes.js';
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from './keys.js';

/** An algorithm as the Web Cryptography API names it. */
export interface Algorithm {
  readonly name: string;
  readonly [parameter: string]: unknown;
}
export type AlgorithmLike = string | Algorithm;

const NAMES =
  'HMAC PBKDF2 HKDF AES-GCM AES-CBC AES-CTR RSASSA-PKCS1-v1_5 RSA-PSS RSA-OAEP ECDSA Ed25519 SHA-1 SHA-256 SHA-384 SHA-512'.split(
    ' ',
  );
const BY_NAME = new Map(NAMES.map((name) => [name.toLowerCase(), name]));

export const refusal = (name: string, message: string): DOMException => new DOMException(message, name);

/** @throws DOMException for one that is not offered here */
export function known(given: AlgorithmLike): Algorithm {
  const algorithm = typeof given === 'string' ? { name: given } : given;
  const name = BY_NAME.get(algorithm.name.toLowerCase());
  if (name === undefined) throw refusal('NotSupportedError', 'Unrecognized algorithm name');
  return { ...algorithm, name };
}

/** `SHA-256` as Node's hashes are called. */
export const hashName = (hash: unknown): string =>
  known(hash as AlgorithmLike)
    .name.replace('-', '')
    .toLowerCase();

export const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** A key of the Web Cryptography API; what it is made of does not show. */
export class CryptoKey {
  readonly #key: KeyObject;

  constructor(
    key: KeyObject,
    readonly algorithm: Algorithm,
    readonly extractable: boolean,
    readonly usages: readonly string[],
  ) {
    this.#key = key;
  }
  get type(): string {
    return this.#key.type;
  }
  /** @internal @throws DOMException where the key is not for that */
  static open(key: CryptoKey, algorithm: Algorithm, usage: string): KeyObject {
    if (key.algorithm.name !== algorithm.name) throw refusal('InvalidAccessError', 'Key algorithm mismatch');
    if (!key.usages.includes(usage))
      throw refusal('InvalidAccessError', `The requested operation is not valid for the provided key`);
    return key.#key;
  }
  /** @internal */
  static export(format: string, key: CryptoKey): ArrayBuffer | object {
    if (!key.extractable) throw refusal('InvalidAccessError', 'key is not extractable');
    if (format === 'jwk') return { key_ops: [...key.usages], ext: true, ...(key.#key.export({ format: 'jwk' }) as object) };
    const exported = format === 'raw' ? key.#key.export() : key.#key.export({ format: 'der', type: format });
    return arrayBuffer(exported as Buffer);
  }
}

interface Jwk {
  readonly kty?: string;
  readonly k?: string;
  readonly d?: string;
}

function read(format: string, data: Data | Jwk): KeyObject {
  if (format === 'jwk') {
    const jwk = data as Jwk;
    if (jwk.kty === 'oct') return createSecretKey(Buffer.from(jwk.k ?? '', 'base64url'));
    return (jwk.d === undefined ? createPublicKey : createPrivateKey)({ key: jwk, format: 'jwk' });
  }
  const bytes = bytesOf(data, undefined, 'keyData');
  if (format === 'raw') return createSecretKey(bytes);
  if (format === 'pkcs8') return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  if (format === 'spki') return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  throw refusal('NotSupportedError', `Unable to import a key in the format ${format}`);
}

export function importedKey(
  format: string,
  data: Data | Jwk,
  given: AlgorithmLike,
  extractable: boolean,
  usages: readonly string[],
): CryptoKey {
  const { name, hash, ...rest } = known(given);
  const key = read(format, data);
  const length = key.symmetricKeySize === undefined ? {} : { length: key.symmetricKeySize * 8 };
  const hashed = hash === undefined ? {} : { hash: { name: known(hash as AlgorithmLike).name } };
  return new CryptoKey(key, { name, ...hashed, ...rest, ...length }, extractable, [...usages]);
}
