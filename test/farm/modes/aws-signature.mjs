import { createHash, createHmac } from 'node:crypto';

/** AWS Signature Version 4, written from its description: what is checked here was signed by other code. */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const HEADER = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 300_000;

/** What a request says of its own signature; undefined where it is not signed. */
export function claimOf({ message }) {
  const [, credential, signedHeaders, signature] = HEADER.exec(message.headers.authorization ?? '') ?? [];
  if (!signature) return undefined;
  const [accessKeyId, date, region, service, end] = credential.split('/');
  return { accessKeyId, date, region, service, end, signedHeaders: signedHeaders.split(';'), signature };
}

/** Whether this secret signed the request as it came in. */
export function isSignedBy(secret, call, claim) {
  const time = call.message.headers['x-amz-date'] ?? '';
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const coversHost = claim.signedHeaders.includes('host') && claim.end === 'aws4_request' && time.startsWith(claim.date);
  if (!coversHost || !(Math.abs(Date.now() - at) < MAX_SKEW_MS)) return false;
  const scope = [claim.date, claim.region, claim.service, 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical(call, claim))].join('\n');
  const key = scope.reduce((previous, part) => hmac(previous, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex') === claim.signature;
}

function canonical({ method, url, text, message }, { signedHeaders, service }) {
  const path = service === 's3' ? url.pathname : url.pathname.split('/').map(encode).join('/');
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted();
  const headers = signedHeaders.map(
    (name) =>
      `${name}:${String(message.headers[name] ?? '')
        .trim()
        .replaceAll(/ +/g, ' ')}\n`,
  );
  const body = sha256(text);
  const declared = message.headers['x-amz-content-sha256'];
  const payload = declared === undefined || declared === body ? body : 'wrong body';
  return [method, path, query.join('&'), headers.join(''), signedHeaders.join(';'), payload].join('\n');
}

const encode = (part) =>
  encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
