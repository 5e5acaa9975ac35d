import { STATUS_CODES } from 'node:http';
import { AppError, messageOf, toErrorBody } from '#libs/kernel';
import type { HttpArguments } from './domain/http-arguments.js';
import { jsonOrText } from './domain/json-or-text.js';
import { HostError } from './host-error.js';
import type { Received } from './provider-http.js';

/** The part of a call's configuration that an error shows; no credential is in it. */
export const shownConfig = ({ method, endpoint, baseUrlOverride, params, headers }: HttpArguments): object => ({
  method: method.toLowerCase(),
  url: endpoint,
  ...(baseUrlOverride ? { baseURL: baseUrlOverride } : {}),
  ...(params === undefined ? {} : { params }),
  headers,
});

/** An answer outside of 2xx, as axios tells it (spec/functions.md §2.1). */
export function refusalError({ status, statusText, headers, bytes }: Received, args: HttpArguments): HostError {
  const isBinary = args.responseType === 'arraybuffer';
  return new HostError({
    name: 'AxiosError',
    message: `Request failed with status code ${status}`,
    code: status >= 400 && status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE',
    http: {
      status,
      response: { status, statusText, headers, ...(isBinary ? {} : { data: dataOf(bytes, args) }) },
      ...(isBinary ? { bytes: bytes.toString('base64') } : {}),
      config: shownConfig(args),
    },
  });
}

function dataOf(bytes: Buffer, { responseType }: HttpArguments): unknown {
  const text = new TextDecoder().decode(bytes);
  return responseType === 'json' ? jsonOrText(text) : text;
}

/** What axios calls the failures of the network that have other names here. */
const AXIOS_CODES: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ECONNABORTED',
  UND_ERR_BODY_TIMEOUT: 'ECONNABORTED',
};

/** No answer, as axios tells it; what is wrong with the call itself keeps its own code. */
export function callError(error: unknown, args: HttpArguments): unknown {
  if (error instanceof AppError && error.code === 'rate_limited') return rateLimitError(error, args);
  if (!(error instanceof AppError) || error.code !== 'upstream_unreachable') return error;
  const { code: told } = error.payload as { code: string };
  const code = AXIOS_CODES[told] ?? told;
  return new HostError({ name: 'AxiosError', message: error.message || code, code, http: { config: shownConfig(args) } });
}

/** As if the provider had answered so: code that heeds its 429 heeds this one. */
function rateLimitError(error: AppError, args: HttpArguments): HostError {
  const { status, message, retryAfterMs = 0 } = error;
  const headers = { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  const response = { status, statusText: STATUS_CODES[status], headers, data: { error: toErrorBody(error) } };
  return new HostError({
    name: 'AxiosError',
    message,
    code: 'ERR_BAD_REQUEST',
    http: { status, response, config: shownConfig(args) },
  });
}

/** Refusals of the outbound policy are told to authors as their own kind of error. */
const FETCH_REFUSALS: Readonly<Record<string, string>> = {
  base_url_override_not_allowed: 'url_not_allowed',
  proxy_redirect_to_denied_host: 'url_not_allowed',
};

/** As `uncontrolledFetch` tells it. */
export function fetchError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const network = (error.payload as { code?: string } | undefined)?.code;
  const code = network === 'ERR_FR_TOO_MANY_REDIRECTS' ? 'too_many_redirects' : FETCH_REFUSALS[error.code];
  if (code) return new HostError({ name: 'ActionError', message: '', payload: { code, message: messageOf(error) } });
  return new HostError({ name: 'TypeError', message: 'fetch failed', code: network });
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A redirect that leads nowhere is what is left of those that were not followed. */
export function checkRedirect({ status, headers }: Received, from: URL): void {
  const { location } = headers;
  if (!REDIRECTS.has(status) || typeof location !== 'string' || URL.canParse(location, from.href)) return;
  throw new HostError({
    name: 'ActionError',
    message: '',
    payload: { code: 'invalid_redirect', message: `the redirect leads to ${location}, which is no address` },
  });
}
