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
  const text = new TextDecoder().decode(bytes);
  return new HostError({
    name: 'AxiosError',
    message: `Request failed with status code ${status}`,
    code: status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST',
    http: {
      status,
      response: { status, statusText, headers, data: args.responseType === 'text' ? text : jsonOrText(text) },
      config: shownConfig(args),
    },
  });
}

/** No answer, as axios tells it; what is wrong with the call itself keeps its own code. */
export function callError(error: unknown, args: HttpArguments): unknown {
  if (error instanceof AppError && error.code === 'rate_limited') return rateLimitError(error, args);
  if (!(error instanceof AppError) || error.code !== 'upstream_unreachable') return error;
  const { code } = error.payload as { code: string };
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
