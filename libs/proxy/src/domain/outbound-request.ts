import type { Readable } from 'node:stream';
import type { ConnectionLease, UrlPolicy } from '#libs/contracts';
import type { RetryRules } from '#libs/providers';
import type { ClientIdentity } from './client-identity.js';
import type { Params } from './target-url.js';

/** Bytes to send. A stream is sent as it comes and can be sent only once, unless it is short. */
export type RequestBody = Buffer | string | Readable;

/** What a caller asks for. */
export interface ProxyCall {
  readonly lease: ConnectionLease;
  /** Upper case. */
  readonly method: string;
  /** Path and query under the base URL, or an absolute URL below it. */
  readonly endpoint: string;
  readonly params?: Params | undefined;
  /** To be sent besides the injected ones, which they replace. Lower-case names. */
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  /** Sent with POST, PUT, PATCH and DELETE. */
  readonly body?: RequestBody | undefined;
  /** Bytes of a streamed body, where they are known. */
  readonly bodyLength?: number | undefined;
  /** Empty counts as absent. */
  readonly baseUrlOverride?: string | undefined;
  readonly forwardHeadersOnRedirect?: boolean | undefined;
  readonly decompress?: boolean | undefined;
}

/** A request ready to be sent. */
export interface OutboundRequest {
  readonly method: string;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether all plain requests of the connection have this one object for headers. */
  readonly sharesHeaders?: boolean;
  readonly body: RequestBody | undefined;
  readonly bodyLength: number | undefined;
  /** Whether fields of the connection were put into the body: it stays with the origin it was made for. */
  readonly hasInjectedBody?: boolean | undefined;
  /** Send every header to other origins when redirected there. */
  readonly forwardHeaders: boolean;
  /** Decode compressed answers. */
  readonly decompress: boolean;
  readonly retry: RetryRules | undefined;
  /** Its credentials can be renewed where the upstream refuses them. */
  readonly renewable?: boolean | undefined;
  /** Header names whose values are credentials. */
  readonly credentialHeaders: readonly string[];
  /** Values that must not show in logs, in every spelling. */
  readonly secrets: readonly string[];
  /** Makes the headers of each attempt out of `headers`, for credentials that are proved by a signature. */
  readonly sign?: SignRequest | undefined;
  /** Shown where the server asks for a certificate. */
  readonly identity?: ClientIdentity | undefined;
  /** What the environment of the connection may call, laid over the transport's policy. */
  readonly outboundPolicy?: UrlPolicy | undefined;
}

/** What a signature is made over: the request as it is about to be sent. */
export interface SignableRequest extends Pick<OutboundRequest, 'method' | 'origin' | 'path' | 'headers'> {
  readonly body: RequestBody | undefined;
}

type Headers = Readonly<Record<string, string>>;

/** All headers of a request, its signature among them; another one each time. */
export type SignRequest = (request: SignableRequest) => Headers | Promise<Headers>;
