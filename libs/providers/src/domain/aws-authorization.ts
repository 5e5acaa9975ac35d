import { createHash, createHmac } from 'node:crypto';
import { formatTime } from './time-format.js';

/** What of a request is signed. */
export interface AwsRequest {
  readonly method: string;
  readonly host: string;
  /** As it is sent, without the query. */
  readonly path: string;
  /** As it is sent, in any order, without the question mark. */
  readonly query: string;
  /** Empty where the request has none. */
  readonly contentType: string;
  readonly body: string;
}

export interface AwsKey {
  readonly id: string;
  readonly secret: string;
  readonly region: string;
  readonly service: string;
}

/**
 * The `authorization` header of AWS Signature Version 4 over `host`, `x-amz-date` and, where the request has one, `content-type`.
 * The request's `x-amz-date` must be the same moment, written `YYYYMMDDTHHmmss[Z]`.
 */
export function awsAuthorization(request: AwsRequest, { id, secret, region, service }: AwsKey, now: Date): string {
  const date = formatTime(now, 'YYYYMMDDTHHmmss[Z]');
  const headers = [
    ...(request.contentType === '' ? [] : [['content-type', request.contentType.trim().replaceAll(/ +/g, ' ')]]),
    ['host', request.host],
    ['x-amz-date', date],
  ];
  const signed = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method.toUpperCase(),
    canonicalPath(request.path, service),
    canonicalQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    signed,
    sha256(request.body),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = scope.split('/').reduce<Buffer | string>((from, part) => hmac(from, part).digest(), `AWS4${secret}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text, 'utf8');

/** Encoded once more than it is sent, except by S3, whose keys are paths. */
const canonicalPath = (path: string, service: string): string =>
  service === 's3' ? path || '/' : (path || '/').split('/').map(encoded).join('/');

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted(([name, value], [other, otherValue]) => compare(name, other) || compare(value, otherValue))
    .map((pair) => pair.join('='))
    .join('&');

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Percent-encoding of all but the unreserved characters. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.codePointAt(0)!.toString(16).toUpperCase()}`);
