import { createHash, createHmac } from 'node:crypto';

/** RFC 5849, written from the text of it: what is checked here was signed by other code. */
const HASH = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' };

/** Percent-encoding of §3.6. */
const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Parameters of an `Authorization: OAuth …` header (§3.5.1); undefined where there is none. */
export function oauthHeader({ message }) {
  const header = /^OAuth\s+(.*)$/s.exec(message.headers.authorization ?? '')?.[1];
  if (header === undefined) return undefined;
  return Object.fromEntries(
    [...header.matchAll(/([\w]+)="([^"]*)"/g)].map(([, name, value]) => [name, decodeURIComponent(value)]),
  );
}

/** Base string of §3.4.1. The realm is no parameter. */
function baseString(call, header) {
  const { realm: _realm, oauth_signature: _signature, ...signed } = header;
  const isForm = call.message.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const pairs = [
    ...Object.entries(signed),
    ...call.url.searchParams.entries(),
    ...(isForm ? new URLSearchParams(call.text).entries() : []),
  ].map(([name, value]) => [encode(name), encode(value)]);
  pairs.sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1));
  const params = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  return [call.method.toUpperCase(), encode(`${call.url.origin}${call.url.pathname}`), encode(params)].join('&');
}

/** Whether a request was signed with these secrets (§3.4.2, §3.4.4). */
export function isSigned(call, header, consumerSecret, tokenSecret = '') {
  const key = `${encode(consumerSecret)}&${encode(tokenSecret)}`;
  if (header.oauth_signature_method === 'PLAINTEXT') return header.oauth_signature === key;
  const hash = HASH[header.oauth_signature_method];
  if (!hash || Math.abs(Number(header.oauth_timestamp) - Date.now() / 1000) > 300) return false;
  return createHmac(hash, key).update(baseString(call, header)).digest('base64') === header.oauth_signature;
}

/** A nonce is good once (§3.3). */
export class Nonces {
  #seen = new Set();

  isNew({ oauth_nonce: nonce, oauth_timestamp: time }) {
    const id = createHash('sha1').update(`${nonce} ${time}`).digest('hex');
    if (!nonce || this.#seen.has(id)) return false;
    this.#seen.add(id);
    return true;
  }
}
