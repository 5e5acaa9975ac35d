import { createSecretKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { type AppError, messageOf } from '#libs/kernel';
import { type Provider, type Scope, templateOf } from '#libs/providers';
import { algorithmOf, type Answer, privateKeyOf } from '#libs/token-http';
import { wrongInput } from './inputs.js';
import { asTexts, filled, filledText } from './template-values.js';

/** What a JWT is made of; header, payload and key are templates. */
export interface JwtRules {
  readonly key: string | undefined;
  /** Of a shared secret; undefined for keys in PEM or JWK. */
  readonly secretEncoding?: 'hex' | 'utf8' | undefined;
  readonly header: Answer | undefined;
  readonly payload: Answer | undefined;
  readonly lifetimeMs: number;
}

/** Where the catalogue does not say. */
const LIFETIME_MS = 60 * 60_000;

/** The rules of `signature` and `token` of a catalogue entry (spec/auth.md §1.7). */
export function jwtRules({ signature, token }: Pick<Provider, 'signature' | 'token'>): JwtRules {
  const isShared = signature?.protocol === 'HMAC';
  return {
    key: token?.signing_key,
    secretEncoding: isShared ? (signature.hmac_secret_encoding ?? 'hex') : undefined,
    header: token?.header,
    payload: token?.payload,
    lifetimeMs: token?.expires_in_ms ?? LIFETIME_MS,
  };
}

/**
 * A JWT made here (spec/auth.md §1.7). Claims that cannot be filled are left out; `iat` and `exp` are always there.
 * @throws AppError `invalid_body` naming the credential that is no key
 */
export async function signedJwt(rules: JwtRules, scope: Scope): Promise<string> {
  const issuedAt = Math.floor(scope.now.getTime() / 1000);
  const key = keyOf(rules, scope);
  const alg = rules.secretEncoding === undefined ? algorithmOf(key) : 'HS256';
  const header = { alg, ...withoutEmpty(asTexts(filled(rules.header, scope))) };
  try {
    return await new SignJWT(claims(filled(rules.payload, scope)))
      .setProtectedHeader(header)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.floor(rules.lifetimeMs / 1000))
      .sign(key);
  } catch (cause) {
    throw noKey(rules, `does not fit the algorithm ${header.alg}: ${messageOf(cause)}`);
  }
}

function keyOf(rules: JwtRules, scope: Scope): KeyObject {
  const text = rules.key === undefined ? undefined : filledText(rules.key, scope);
  if (!text) throw noKey(rules, 'is required');
  if (rules.secretEncoding !== undefined) return sharedKey(rules, text);
  try {
    return privateKeyOf(text).key;
  } catch (cause) {
    throw noKey(rules, `must be a private key in PEM: ${messageOf(cause)}`);
  }
}

function sharedKey(rules: JwtRules, text: string): KeyObject {
  const isHex = rules.secretEncoding === 'hex';
  if (isHex && !/^([0-9a-f]{2})+$/i.test(text)) throw noKey(rules, 'must be a secret in hexadecimal');
  return createSecretKey(text, isHex ? 'hex' : 'utf8');
}

/** Named by the credential that its template names. */
function noKey({ key = '' }: JwtRules, message: string): AppError {
  const [name = 'credentials'] = templateOf(key).references;
  return wrongInput([name.replace(/^credentials\./, '').split('.')[0]!], message);
}

/** Lists are typed into one input with commas; nothing was typed for what is empty. */
function claims(payload: Record<string, unknown>): Record<string, unknown> {
  return withoutEmpty(
    Object.fromEntries(
      Object.entries(payload).map(([name, value]): [string, unknown] => [
        name,
        Array.isArray(value) ? value.flatMap(listed) : value,
      ]),
    ),
  );
}

const listed = (item: unknown): unknown[] =>
  typeof item === 'string'
    ? item
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : [item];

const withoutEmpty = <Value>(values: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)));
