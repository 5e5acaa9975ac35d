import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { AuthSubject } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { privateKeyOf, textOf } from '#libs/token-http';

/** GitHub takes ten minutes at most, by its own clock: half a minute of them is for clocks that differ. */
const LIFETIME_S = 600;
const SKEW_S = 30;

/**
 * What a GitHub App proves itself with (spec/auth.md §2.9).
 * @throws AppError `provider_config_err` when the integration's app id or private key is missing or wrong
 */
export async function appJwt({ integration }: Pick<AuthSubject, 'integration'>, now: Date): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000) - SKEW_S;
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_S)
    .setIssuer(appId(integration))
    .sign(appKey(integration));
}

/** @throws AppError `provider_config_err` */
export function appId({ uniqueKey, credentials }: AuthSubject['integration']): string {
  const id = textOf(credentials?.['app_id']);
  if (id === undefined) throw new AppError('provider_config_err', `the integration ${uniqueKey} has no app_id: set it`);
  return id;
}

function appKey({ uniqueKey, credentials }: AuthSubject['integration']): KeyObject {
  try {
    return privateKeyOf(plainPem(textOf(credentials?.['private_key']) ?? '')).key;
  } catch {
    throw new AppError(
      'provider_config_err',
      `the private_key of the integration ${uniqueKey} must be the App's RSA key, in PEM`,
    );
  }
}

/** Keys are given as PEM, or as base64 of it. */
function plainPem(text: string): string {
  if (text.includes('-----BEGIN')) return text;
  return Buffer.from(text, 'base64').toString('utf8');
}
