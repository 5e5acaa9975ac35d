import { Buffer } from 'buffer';
import type { Ask } from '../bridge.js';
import { axiosHeaders } from '../axios-headers.js';
import { requestOf } from '../host-error.js';

/** A request as functions write it (spec/functions.md §2.1). */
export interface HttpConfig {
  readonly endpoint: string;
  readonly method?: string;
  readonly params?: string | Record<string, unknown>;
  readonly data?: unknown;
  readonly headers?: Record<string, string>;
  readonly retries?: number;
  readonly retryOn?: readonly number[];
  readonly retryHeader?: object;
  readonly baseUrlOverride?: string;
  readonly decompress?: boolean;
  readonly responseType?: string | null;
  readonly forwardHeadersOnRedirect?: boolean;
  readonly connectionId?: string;
  readonly providerConfigKey?: string;
  readonly paginate?: Record<string, unknown>;
}

export interface HttpResponse {
  readonly data: unknown;
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names; those that came more than once are lists. */
  readonly headers: Record<string, string | string[]>;
  readonly config: object;
  readonly request: object;
}

interface Wire extends Omit<HttpResponse, 'data' | 'request'> {
  readonly text?: string;
  /** base64, where bytes were asked for. */
  readonly bytes?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export type Send = (config: HttpConfig) => Promise<HttpResponse>;

/** Calls of the connection's provider (spec/functions.md §2.1). */
export function httpMethods(ask: Ask) {
  const proxy: Send = async (config) => {
    const { data, paginate: _paginate, ...rest } = config;
    const wire = await ask<Wire>('http', {
      ...rest,
      method: config.method ?? 'GET',
      headers: config.headers && plainHeaders(config.headers),
      params: plainParams(config.params),
      body: describeBody(data),
    });
    const { status, statusText, headers, config: sent } = wire;
    const content = received(wire, config.responseType);
    return { data: content, status, statusText, headers: axiosHeaders(headers), config: sent, request: requestOf(sent) };
  };
  const by =
    (method: string): Send =>
    (config) =>
      proxy({ ...config, method });
  return { proxy, get: by('GET'), post: by('POST'), put: by('PUT'), patch: by('PATCH'), delete: by('DELETE') };
}

function received({ text = '', bytes }: Wire, responseType: string | null | undefined): unknown {
  if (bytes !== undefined) return Buffer.from(bytes, 'base64');
  if ((responseType ?? 'json') !== 'json') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const plainHeaders = (headers: Record<string, string>): Record<string, string> =>
  headers instanceof Headers || headers instanceof Map
    ? Object.fromEntries(headers as unknown as Iterable<[string, string]>)
    : headers;

/** Arrays are comma-joined, as `URLSearchParams.set` does it. */
function plainParams(params: HttpConfig['params']): string | Record<string, string> | undefined {
  if (params === undefined || params === null || typeof params === 'string') return params ?? undefined;
  if (params instanceof URLSearchParams) return String(params);
  return Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key, String(value)]),
  );
}

/** Text travels as it is, bytes as base64, everything else as JSON. */
export function describeBody(data: unknown): object | undefined {
  if (data === undefined || data === null) return undefined;
  if (typeof data === 'string') return { text: data };
  if (data instanceof URLSearchParams) return { form: String(data) };
  if (data instanceof ArrayBuffer) return { bytes: Buffer.from(data).toString('base64') };
  if (ArrayBuffer.isView(data))
    return { bytes: Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).toString('base64') };
  return { json: data };
}
