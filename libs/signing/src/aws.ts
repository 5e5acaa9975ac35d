import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Readable } from 'node:stream';
import { SignatureV4 } from '@smithy/signature-v4';
import { AppError } from '#libs/kernel';
import { grouped } from './grouped.js';

/** Keys of an AWS user or, with a session token, of a role taken for a while. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A request to sign, and who signs it. */
export interface AwsRequest {
  readonly method: string;
  /** Absolute, path and query as they are sent. */
  readonly url: string;
  /** All headers that are sent, in lower case; a `x-amz-content-sha256` among them is taken for the body's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable | undefined;
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** `s3`, `execute-api`, `sts`… */
  readonly service: string;
  /** Given by tests; the present otherwise. */
  readonly now?: Date | undefined;
  /** False leaves `x-amz-content-sha256` out, which only S3 insists on: AWS's published examples are signed without. */
  readonly sendsContentHash?: boolean | undefined;
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';
const CONTENT_HASH = 'x-amz-content-sha256';

/**
 * The headers to send, signature included (AWS Signature Version 4, spec/auth.md §2.15). All but those that change on the way are
 * signed.
 * @throws AppError `unsupported_auth` for a streamed body outside of S3
 */
export async function signAws(request: AwsRequest): Promise<Record<string, string>> {
  const { service, region, credentials, now, sendsContentHash = true } = request;
  const isS3 = service === 's3';
  const { protocol, host, path, query } = partsOf(request.url);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    sha256: Sha256,
    uriEscapePath: !isS3,
    applyChecksum: sendsContentHash,
  });
  const signed = await signer.sign(
    {
      method: request.method.toUpperCase(),
      protocol,
      hostname: host,
      path: isS3 ? encodedOnce(path) : path,
      query: grouped(new URLSearchParams(query)),
      headers: { ...request.headers, ...streamHeaders(request, isS3), host },
      body: request.body,
    },
    { signingDate: now ?? new Date() },
  );
  const { host: _host, ...headers } = signed.headers;
  return headers;
}

/** Whether a signature can be made over a body of this kind (spec/auth.md §2.15): S3 takes streams unsigned, nobody else does. */
export const canHashBody = (body: unknown): boolean =>
  body === undefined || typeof body === 'string' || body instanceof Uint8Array;

function streamHeaders({ body, headers, service }: AwsRequest, isS3: boolean): Record<string, string> {
  if (canHashBody(body) || headers[CONTENT_HASH] !== undefined) return {};
  if (isS3) return { [CONTENT_HASH]: UNSIGNED };
  throw new AppError(
    'unsupported_auth',
    `a request to ${service} is signed over its body: send the body as a whole, or its SHA-256 as ${CONTENT_HASH}`,
  );
}

/** Cut up as it is: the URL parser would spell parts of it in another way than they are sent. */
function partsOf(url: string): { protocol: string; host: string; path: string; query: string } {
  const [, protocol = 'https:', host = '', path = '', query = ''] = /^(https?:)\/\/([^/?#]*)([^?#]*)\??([^#]*)/.exec(url) ?? [];
  return { protocol, host: host.toLowerCase(), path: path || '/', query };
}

/** S3 signs over every character that is not unreserved in its encoded form, whichever form it was sent in. */
const encodedOnce = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(decoded(segment)).replaceAll(/[!'()*]/g, hexOf))
    .join('/');

const hexOf = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a stray percent sign stands for itself
  }
}

/** Node's own hash in the shape the signer asks for. */
class Sha256 {
  #hash: Hash | Hmac;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = this.#fresh();
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    const { secret } = this;
    if (secret === undefined) return createHash('sha256');
    if (typeof secret === 'string') return createHmac('sha256', secret);
    return createHmac(
      'sha256',
      ArrayBuffer.isView(secret) ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength) : new Uint8Array(secret),
    );
  }
}
