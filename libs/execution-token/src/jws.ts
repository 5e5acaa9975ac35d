import { type KeyObject, sign } from 'node:crypto';

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const ALGORITHM = 'EdDSA';
const HEADER = base64url({ alg: ALGORITHM });

/**
 * Claims as a signed token (JWS compact serialization, RFC 7515 §7.1, with Ed25519, RFC 8037 §3.1). Every run has one: the library that
 * verifies them would take three times as long to sign, in a part of the Web Crypto API that is made for other threads.
 */
export function signed(privateKey: KeyObject, claims: object): string {
  const input = `${HEADER}.${base64url(claims)}`;
  return `${input}.${sign(undefined, Buffer.from(input), privateKey).toString('base64url')}`;
}
