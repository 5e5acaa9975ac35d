import { createHmac, verify } from 'node:crypto';

const part = (text) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
const MAX_LIFE_SECONDS = 1200;

/**
 * Claims of a JWT that was signed with this key and is good now, else undefined. Written from RFC 7515: what is checked was signed by
 * other code.
 * @param key public key of RS256, or secret bytes of HS256
 */
export function claimsOf(token = '', alg, key) {
  const [head, body, signature, ...more] = token.split('.');
  if (!signature || more.length > 0) return undefined;
  const header = part(head);
  const input = Buffer.from(`${head}.${body}`);
  const isRight =
    header.alg === alg &&
    (alg === 'HS256'
      ? createHmac('sha256', key).update(input).digest('base64url') === signature
      : verify('sha256', input, key, Buffer.from(signature, 'base64url')));
  const claims = part(body);
  const now = Date.now() / 1000;
  const isNow = claims.exp > now && claims.exp <= now + MAX_LIFE_SECONDS && (claims.iat ?? now) <= now + 60;
  return isRight && isNow ? { ...claims, kid: header.kid } : undefined;
}
