import {
  createHash,
  createHmac,
  getCiphers,
  getHashes,
  hkdfSync,
  type HashOptions,
  pbkdf2Sync,
  randomBytes,
  randomUUID,
  type ScryptOptions,
  scryptSync,
} from 'node:crypto';
import { bytes } from './wire-bytes.js';

/** A derivation holds up every other run of this process; these take about a second. */
const MAX_ITERATIONS = 5_000_000;
const MAX_SCRYPT_WORK = 2 ** 21;
const MAX_SCRYPT_BYTES = 256 * 1024 ** 2;
const MAX_DERIVED_BYTES = 65_536;
const MAX_RANDOM_BYTES = 16 * 1024 ** 2;

interface DigestArgs {
  readonly algorithm: string;
  readonly parts: readonly string[];
  readonly options?: HashOptions;
}

interface DeriveArgs {
  readonly password: string;
  readonly salt: string;
  readonly length: number;
}

type Digester = { update(data: Buffer): unknown; digest(encoding: 'base64'): string };

function digested(digester: Digester, parts: readonly string[]): string {
  for (const part of parts) digester.update(bytes(part));
  return digester.digest('base64');
}

/** @throws RangeError that names the limit */
function within(value: number, max: number, what: string): void {
  if (value > max) throw Object.assign(new RangeError(`${what} is at most ${max} in a function`), { code: 'ERR_OUT_OF_RANGE' });
}

function pbkdf2({ password, salt, iterations, length, digest }: DeriveArgs & { iterations: number; digest: string }): string {
  within(iterations, MAX_ITERATIONS, 'iterations');
  within(length, MAX_DERIVED_BYTES, 'keylen');
  // Each block of the digest's length costs the iterations anew.
  within(iterations * Math.ceil(length / 20), MAX_ITERATIONS * 4, 'iterations times keylen / 20');
  return pbkdf2Sync(bytes(password), bytes(salt), iterations, length, digest).toString('base64');
}

function scrypt({ password, salt, length, options = {} }: DeriveArgs & { options?: ScryptOptions }): string {
  const { N, r, p } = {
    N: options.N ?? options.cost ?? 16_384,
    r: options.r ?? options.blockSize ?? 8,
    p: options.p ?? options.parallelization ?? 1,
  };
  within(N * r * p, MAX_SCRYPT_WORK, 'cost × blockSize × parallelization');
  within(options.maxmem ?? 0, MAX_SCRYPT_BYTES, 'maxmem');
  within(length, MAX_DERIVED_BYTES, 'keylen');
  return scryptSync(bytes(password), bytes(salt), length, options).toString('base64');
}

interface HkdfArgs {
  readonly digest: string;
  readonly key: string;
  readonly salt: string;
  readonly info: string;
  readonly length: number;
}

/** Digests, derived keys and random bytes. */
export const digestCalls = {
  'crypto.hash': ({ algorithm, parts, options }: DigestArgs) => {
    within(options?.outputLength ?? 0, MAX_DERIVED_BYTES, 'outputLength');
    return digested(createHash(algorithm, options), parts);
  },
  'crypto.hmac': ({ algorithm, key, parts }: DigestArgs & { key: string }) => digested(createHmac(algorithm, bytes(key)), parts),
  'crypto.hashes': () => getHashes(),
  'crypto.ciphers': () => getCiphers(),
  'crypto.random': ({ size }: { size: number }) => {
    within(size, MAX_RANDOM_BYTES, 'size');
    return randomBytes(size).toString('base64');
  },
  'crypto.uuid': () => randomUUID(),
  'crypto.pbkdf2': pbkdf2,
  'crypto.scrypt': scrypt,
  'crypto.hkdf': ({ digest, key, salt, info, length }: HkdfArgs) => {
    within(length, MAX_DERIVED_BYTES, 'keylen');
    return Buffer.from(hkdfSync(digest, bytes(key), bytes(salt), bytes(info), length)).toString('base64');
  },
};
