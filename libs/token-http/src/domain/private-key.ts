import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AppError } from '#libs/kernel';
import { pemOf } from '#libs/signing';

/** A key to sign with, and the name its owner's JWK gives it. */
export interface PrivateKey {
  readonly key: KeyObject;
  readonly kid?: string | undefined;
}

/**
 * Reads a private key: PEM of any container, however it was pasted, or a JWK.
 * @throws Error with a reason that quotes nothing of the key
 */
export function privateKeyOf(text: string): PrivateKey {
  if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(pemOf(text)) };
  const jwk = parsedJwk(text);
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined };
}

/** A parser's complaint quotes what it read, which is a key. */
function parsedJwk(text: string): JsonWebKey {
  try {
    return JSON.parse(text) as JsonWebKey;
  } catch {
    throw new AppError('invalid_credentials', 'it is no JSON');
  }
}

const BY_CURVE: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** The algorithm (RFC 7518) that a key signs with, where nobody names another: RS256, or what fits an elliptic curve. */
export const algorithmOf = (key: KeyObject): string => BY_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'RS256';
