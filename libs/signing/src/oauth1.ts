import { createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import { AppError } from '#libs/kernel';
import { grouped } from './grouped.js';
import { pemOf } from './pem.js';

/** Whom a signature speaks for: a client or a token. */
export interface KeyPair {
  readonly key: string;
  readonly secret: string;
}

export type SignatureMethod = 'HMAC-SHA1' | 'HMAC-SHA256' | 'PLAINTEXT' | 'RSA-SHA1';

/** A request to sign, and who signs it. */
export interface Oauth1Request {
  readonly method: string;
  /** Absolute, with the query as it is sent. */
  readonly url: string;
  /** The client; for RSA-SHA1 its secret is the private key in PEM. */
  readonly consumer: KeyPair;
  /** Absent while there is none yet: the first call of the handshake. */
  readonly token?: KeyPair | undefined;
  readonly signatureMethod: SignatureMethod;
  /** Named in the header, not signed. */
  readonly realm?: string | undefined;
  /** Further protocol parameters of the header, such as `oauth_callback` and `oauth_verifier`; undefined leaves one out. */
  readonly extraParams?: Readonly<Record<`oauth_${string}`, string | undefined>> | undefined;
  /** Fields of a form body, which are signed too: `new URLSearchParams(…)`. Bodies of other kinds are not signed. */
  readonly form?: Iterable<readonly [string, string]> | undefined;
  /** Given by tests; random otherwise. */
  readonly nonce?: string | undefined;
  /** Seconds since the epoch: given by tests, the present otherwise. */
  readonly timestamp?: number | undefined;
}

/**
 * The value of the `Authorization` header of an OAuth 1.0a request (RFC 5849, spec/auth.md §2.6).
 * @throws AppError `unsupported_auth` when the private key of RSA-SHA1 is none
 */
export function oauth1Header(request: Oauth1Request): string {
  const { consumer, token, signatureMethod, realm } = request;
  const oauth = new OAuth({
    consumer,
    signature_method: signatureMethod,
    hash_function: HASHES[signatureMethod],
    ...(realm === undefined ? {} : { realm: realm.replaceAll(/["\\]/g, String.raw`\$&`) }),
  });
  const protocol = protocolParams(request);
  const target = targetOf(request.url);
  const data = grouped([...target.query, ...(request.form ?? [])]);
  // The library writes what it signs into the object it is given, and would read the query with losses.
  const signed = { method: request.method, url: target.base, data };
  const signature = oauth.getSignature(signed, token?.secret, { ...protocol } as unknown as OAuth.Data);
  return oauth.toHeader({ ...protocol, oauth_signature: signature } as unknown as OAuth.Authorization).Authorization;
}

const HASHES: Readonly<Record<SignatureMethod, OAuth.HashFunction>> = {
  'HMAC-SHA1': (text, key) => createHmac('sha1', key).update(text).digest('base64'),
  'HMAC-SHA256': (text, key) => createHmac('sha256', key).update(text).digest('base64'),
  PLAINTEXT: (_text, key) => key,
  // The library joins both secrets into one key, percent-encoded; the first is the private key.
  'RSA-SHA1': (text, key) => rsaSignature(text, decodeURIComponent(key.slice(0, key.indexOf('&')))),
};

function rsaSignature(text: string, pem: string): string {
  try {
    return sign('RSA-SHA1', Buffer.from(text), createPrivateKey(pemOf(pem))).toString('base64');
  } catch (cause) {
    throw new AppError('unsupported_auth', 'signing with RSA-SHA1 takes an RSA private key in PEM as the client secret', {
      cause,
    });
  }
}

function protocolParams({ consumer, token, signatureMethod, extraParams, ...given }: Oauth1Request): Record<string, string> {
  const params = {
    oauth_consumer_key: consumer.key,
    oauth_nonce: given.nonce ?? randomBytes(16).toString('hex'),
    oauth_signature_method: signatureMethod,
    oauth_timestamp: String(given.timestamp ?? Math.floor(Date.now() / 1000)),
    oauth_token: token?.key,
    oauth_version: '1.0',
    ...extraParams,
  };
  return Object.fromEntries(Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Scheme and host in lower case, the usual port left out, the query decoded as a form is (RFC 5849 §3.4.1.2, §3.4.1.3.1). */
function targetOf(text: string): { base: string; query: URLSearchParams } {
  const url = new URL(text);
  return { base: `${url.protocol}//${url.host}${url.pathname}`, query: url.searchParams };
}
