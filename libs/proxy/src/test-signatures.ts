import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Signatures as a provider checks them, written from the standards and sharing nothing with what signs. */

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

interface Oauth1Secrets {
  readonly consumerSecret: string;
  readonly tokenSecret: string;
  readonly hash: 'sha1' | 'sha256';
}

/** The parameters of an OAuth 1.0a header whose signature is right (RFC 5849 §3.4); undefined otherwise. */
export function oauth1Params(request: IncomingMessage, body: string, secrets: Oauth1Secrets): Map<string, string> | undefined {
  const header = /^OAuth (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const params = new Map(
    [...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name, value]) => [name!, decodeURIComponent(value!)]),
  );
  const url = new URL(request.url!, `http://${request.headers.host}`);
  const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
  const signed = [
    ...url.searchParams,
    ...(isForm ? new URLSearchParams(body) : []),
    ...[...params].filter(([name]) => name !== 'realm' && name !== 'oauth_signature'),
  ];
  const text = signed
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');
  const base = [request.method!, url.origin + url.pathname, text].map(encoded).join('&');
  const key = `${encoded(secrets.consumerSecret)}&${encoded(secrets.tokenSecret)}`;
  const signature = createHmac(secrets.hash, key).update(base).digest('base64');
  return params.get('oauth_signature') === signature ? params : undefined;
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Whether the request is signed for AWS with this secret, over this body and all headers that AWS insists on. */
export function isSignedForAws(request: IncomingMessage, body: string, secret: string): boolean {
  const parsed = /^AWS4-HMAC-SHA256 Credential=[^/]+\/(.+), SignedHeaders=(.+), Signature=(.+)$/.exec(
    request.headers.authorization ?? '',
  );
  if (!parsed) return false;
  const [, scope, names, signature] = parsed as unknown as [string, string, string, string];
  const required = ['host', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'content-type'];
  if (!required.every((name) => names.split(';').includes(name) || request.headers[name] === undefined)) return false;
  const hash = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== hash) return false;
  const [path, query = ''] = request.url!.split('?') as [string, string?];
  const canonical = [
    request.method,
    path.split('/').map(encoded).join('/'),
    query.split('&').toSorted().join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name])}`),
    '',
    names,
    hash,
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, digest].join('\n')).toString('hex') === signature;
}
