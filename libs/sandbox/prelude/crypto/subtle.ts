import { Buffer } from 'buffer';
import { bytesOf, type Data } from './bytes.js';
import { createCipheriv, createDecipheriv } from './ciphers.js';
import { hkdfSync, pbkdf2Sync } from './derived.js';
import { createHash, createHmac } from './digests.js';
import type { KeyObject } from './keys.js';
import { getRandomValues, randomBytes, randomUUID, timingSafeEqual } from './random.js';
import { privateDecrypt, publicEncrypt, sign, verify } from './signatures.js';
import {
  type Algorithm,
  type AlgorithmLike,
  arrayBuffer,
  CryptoKey,
  hashName,
  importedKey,
  known,
  refusal,
} from './subtle-keys.js';

const PSS_PADDING = 6;
const TAG_BITS = 128;

const unsupported = (name: string) => refusal('NotSupportedError', `${name} cannot be used for this operation`);

/** What Node's signatures are asked for, where the Web Cryptography API says it by other names. */
function signing({ name, saltLength, hash }: Algorithm, key: CryptoKey, opened: KeyObject): [string | null, object] {
  switch (name) {
    case 'RSASSA-PKCS1-v1_5':
      return [hashName(key.algorithm['hash']), { key: opened }];
    case 'RSA-PSS':
      return [hashName(key.algorithm['hash']), { key: opened, padding: PSS_PADDING, saltLength }];
    case 'ECDSA':
      return [hashName(hash), { key: opened, dsaEncoding: 'ieee-p1363' }];
    case 'Ed25519':
      return [null, { key: opened }];
    default:
      throw unsupported(name);
  }
}

const mac = (key: CryptoKey, opened: KeyObject, data: Data): Buffer =>
  createHmac(hashName(key.algorithm['hash']), opened).update(data).digest() as Buffer;

function crypted(way: 'encrypt' | 'decrypt', algorithm: Algorithm, key: KeyObject, data: Data): Uint8Array {
  const { name } = algorithm;
  const bytes = bytesOf(data);
  if (name === 'RSA-OAEP') throw unsupported(name);
  const cipherName = `aes-${(key.symmetricKeySize ?? 0) * 8}-${name.slice(4).toLowerCase()}`;
  const iv = (name === 'AES-CTR' ? algorithm['counter'] : algorithm['iv']) as Data;
  if (name !== 'AES-GCM') {
    if (name !== 'AES-CBC' && name !== 'AES-CTR') throw unsupported(name);
    const cipher = (way === 'encrypt' ? createCipheriv : createDecipheriv)(cipherName, key, iv);
    return Buffer.concat([cipher.update(bytes) as Buffer, cipher.final() as Buffer]);
  }
  const authTagLength = Number(algorithm['tagLength'] ?? TAG_BITS) / 8;
  const aad = algorithm['additionalData'] as Data | undefined;
  if (way === 'encrypt') {
    const cipher = createCipheriv(cipherName, key, iv, { authTagLength });
    if (aad !== undefined) cipher.setAAD(aad);
    return Buffer.concat([cipher.update(bytes) as Buffer, cipher.final() as Buffer, cipher.getAuthTag()]);
  }
  const decipher = createDecipheriv(cipherName, key, iv, { authTagLength });
  if (aad !== undefined) decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(bytes.length - authTagLength));
  const text = decipher.update(bytes.subarray(0, bytes.length - authTagLength)) as Buffer;
  return Buffer.concat([text, decipher.final() as Buffer]);
}

/** As `crypted`; that it does not come out is told without why, as the Web Cryptography API has it. */
function cryptedOrRefused(way: 'encrypt' | 'decrypt', given: AlgorithmLike, key: CryptoKey, data: Data): ArrayBuffer {
  const algorithm = known(given);
  const opened = CryptoKey.open(key, algorithm, way);
  try {
    if (algorithm.name !== 'RSA-OAEP') return arrayBuffer(crypted(way, algorithm, opened, data));
    const options = { key: opened, oaepHash: hashName(key.algorithm['hash']), oaepLabel: algorithm['label'] };
    return arrayBuffer((way === 'encrypt' ? publicEncrypt : privateDecrypt)(options, bytesOf(data)));
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) throw error;
    throw refusal('OperationError', 'The operation failed for an operation-specific reason');
  }
}

function derived({ name, hash, salt, info, iterations }: Algorithm, key: KeyObject, bits: number): ArrayBuffer {
  const secret = key.export() as Buffer;
  if (name === 'PBKDF2') return arrayBuffer(pbkdf2Sync(secret, salt as Data, Number(iterations), bits / 8, hashName(hash)));
  if (name === 'HKDF') return hkdfSync(hashName(hash), secret, salt as Data, info as Data, bits / 8);
  throw unsupported(name);
}

/** The part of the Web Cryptography API that works on keys one has; computed as all of `crypto` is. */
const subtle = Object.freeze({
  digest: async (algorithm: AlgorithmLike, data: Data) =>
    arrayBuffer(createHash(hashName(algorithm)).update(bytesOf(data)).digest() as Buffer),
  importKey: async (...args: Parameters<typeof importedKey>) => importedKey(...args),
  exportKey: async (format: string, key: CryptoKey) => CryptoKey.export(format, key),
  generateKey: async (given: AlgorithmLike, extractable: boolean, usages: readonly string[]) => {
    const algorithm = known(given);
    if (!/^(AES|HMAC)/.test(algorithm.name)) throw unsupported(algorithm.name);
    const bits = Number(algorithm['length'] ?? 512);
    return importedKey('raw', randomBytes(bits / 8) as Buffer, algorithm, extractable, usages);
  },
  sign: async (given: AlgorithmLike, key: CryptoKey, data: Data) => {
    const algorithm = known(given);
    const opened = CryptoKey.open(key, algorithm, 'sign');
    if (algorithm.name === 'HMAC') return arrayBuffer(mac(key, opened, bytesOf(data)));
    const [hash, options] = signing(algorithm, key, opened);
    return arrayBuffer(sign(hash, bytesOf(data), options));
  },
  verify: async (given: AlgorithmLike, key: CryptoKey, signature: Data, data: Data) => {
    const algorithm = known(given);
    const opened = CryptoKey.open(key, algorithm, 'verify');
    if (algorithm.name === 'HMAC') {
      const [expected, told] = [mac(key, opened, bytesOf(data)), bytesOf(signature)];
      return expected.length === told.length && timingSafeEqual(expected, told);
    }
    const [hash, options] = signing(algorithm, key, opened);
    return verify(hash, bytesOf(data), options, bytesOf(signature));
  },
  encrypt: async (algorithm: AlgorithmLike, key: CryptoKey, data: Data) => cryptedOrRefused('encrypt', algorithm, key, data),
  decrypt: async (algorithm: AlgorithmLike, key: CryptoKey, data: Data) => cryptedOrRefused('decrypt', algorithm, key, data),
  deriveBits: async (given: AlgorithmLike, key: CryptoKey, bits: number) => {
    const algorithm = known(given);
    return derived(algorithm, CryptoKey.open(key, algorithm, 'deriveBits'), bits);
  },
  deriveKey: async (given: AlgorithmLike, key: CryptoKey, of: Algorithm, extractable: boolean, usages: readonly string[]) => {
    const algorithm = known(given);
    const bits = derived(algorithm, CryptoKey.open(key, algorithm, 'deriveKey'), Number(of['length'] ?? 512));
    return importedKey('raw', bits, of, extractable, usages);
  },
});

export const webcrypto = Object.freeze({ subtle, CryptoKey, getRandomValues, randomUUID });
