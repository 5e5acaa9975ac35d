import { hostNow } from '../host-now.js';
import { Cipheriv, createCipheriv, createDecipheriv, Decipheriv } from './ciphers.js';
import { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from './derived.js';
import { createHash, createHmac, Hash, hash, Hmac } from './digests.js';
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from './keys.js';
import { getRandomValues, randomBytes, randomFillSync, randomInt, randomUUID, timingSafeEqual } from './random.js';
import {
  createSign,
  createVerify,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  Sign,
  sign,
  Verify,
  verify,
} from './signatures.js';

import { webcrypto } from './subtle.js';
import { CryptoKey } from './subtle-keys.js';

/** Of OpenSSL, as far as its numbers are given to a function of this module. */
const constants = Object.freeze({
  RSA_PKCS1_PADDING: 1,
  RSA_NO_PADDING: 3,
  RSA_PKCS1_OAEP_PADDING: 4,
  RSA_PKCS1_PSS_PADDING: 6,
  RSA_PSS_SALTLEN_DIGEST: -1,
  RSA_PSS_SALTLEN_MAX_SIGN: -2,
  RSA_PSS_SALTLEN_AUTO: -2,
});

/** Classes whose names authors can see; the bundler shortens them. */
export const cryptoClasses = { Cipheriv, Decipheriv, Hash, Hmac, KeyObject, Sign, Verify, CryptoKey };

const { CryptoKey: _ofWebcrypto, ...nodeClasses } = cryptoClasses;

/** The part of `node:crypto` that works on data at hand; what it computes, the sandbox process computes with Node's own. */
export const crypto = Object.freeze({
  ...nodeClasses,
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  getCiphers: () => hostNow<string[]>('crypto.ciphers', {}),
  getHashes: () => hostNow<string[]>('crypto.hashes', {}),
  getRandomValues,
  hash,
  hkdf,
  hkdfSync,
  pbkdf2,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  randomFillSync,
  randomInt,
  randomUUID,
  scrypt,
  scryptSync,
  sign,
  subtle: webcrypto.subtle,
  timingSafeEqual,
  verify,
  webcrypto,
});
