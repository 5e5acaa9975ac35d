import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { AppError, messageOf } from '#libs/kernel';
import { algorithmOf, privateKeyOf } from './domain/private-key.js';

/** Who asks for a token: what a developer registered with a provider. */
export interface OAuthClient {
  readonly id: string;
  /** Absent for public clients. */
  readonly secret?: string | undefined;
}

/** `Basic` header of the two texts as they are. */
export const basicHeader = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** `Basic` header as RFC 6749 §2.3.1 has it: both texts encoded as forms are. */
export const strictBasicHeader = ({ id, secret = '' }: OAuthClient): string => basicHeader(formEncoded(id), formEncoded(secret));

const formEncoded = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LIFETIME_S = 300;

/**
 * Form fields that prove a client by its private key instead of a secret (RFC 7523, spec/auth.md §2.7).
 * @param privateKey JWK as JSON text, or PEM
 * @param audience the token URL
 * @throws AppError `invalid_credentials` when the key is none
 */
export async function privateKeyJwt(
  clientId: string,
  privateKey: string,
  audience: string,
  now = new Date(),
): Promise<{ client_assertion_type: string; client_assertion: string }> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const { key, kid } = signingKey(privateKey);
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: algorithmOf(key), ...(kid === undefined ? {} : { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_S)
    .sign(key);
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
}

function signingKey(text: string): ReturnType<typeof privateKeyOf> {
  try {
    return privateKeyOf(text);
  } catch (cause) {
    const reason = `the private key must be an RSA or EC key, as JWK or PEM: ${messageOf(cause)}`;
    throw new AppError('invalid_credentials', reason, { status: 400 });
  }
}
