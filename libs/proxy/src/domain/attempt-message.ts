import type { LogMessage } from '#libs/contracts';
import type { Attempt } from './attempt.js';
import { HOP_BY_HOP } from './caller-headers.js';
import { masked, REDACTED } from './masking.js';
import type { OutboundRequest } from './outbound-request.js';
import type { ResponseHeaders } from './retry-decision.js';

const MAX_MESSAGE = 10_000;
const SECRET_HEADER = /^(proxy-)?authorization$|cookie|api-?key|token|secret|password|signature|^x-auth/i;

/** Says nothing about the call. */
const NOISE = new Set([...HOP_BY_HOP, 'date']);

/**
 * An attempt as a log message, every credential masked: by header name, and by value wherever it stands (spec/auth.md §6.10). The
 * body of a refusal is in it as far as it has come by.
 */
export function attemptMessage(attempt: Attempt, retries: number, at: Date): LogMessage {
  const { request, outcome, number, durationMs, retryInMs, retryRefused } = attempt;
  const { url, headers } = loggedRequest(request);
  const ended = outcome.status === undefined ? outcome.code : String(outcome.status);
  return {
    createdAt: at.toISOString(),
    level: outcome.status === undefined || outcome.status >= 400 ? (retryInMs === undefined ? 'error' : 'warn') : 'info',
    type: 'http',
    source: 'internal',
    message: `${request.method} ${url} → ${ended}`.slice(0, MAX_MESSAGE),
    request: { method: request.method, url, headers },
    ...(outcome.status === undefined
      ? { error: { name: outcome.code, message: outcome.code } }
      : { response: loggedResponse(attempt) }),
    durationMs: Math.round(durationMs),
    ...(retries > 0
      ? { retry: { attempt: number, max: retries, ...(retryInMs === undefined ? {} : { waitedMs: retryInMs }) } }
      : {}),
    ...(retryRefused ? { meta: { retry_refused: retryRefused } } : {}),
  };
}

/** Says that a call is tried again, and when. */
export const waitMessage = ({ retryInMs = 0, number, outcome }: Attempt): string =>
  `HTTP call failed (${outcome.status ?? outcome.code}); attempt ${number + 2} follows in ${Math.round(retryInMs)} ms`;

/** The answer to an attempt, fit for a log; undefined where there was none. */
export function loggedResponse({
  request,
  outcome,
  errorBody,
}: Pick<Attempt, 'request' | 'outcome' | 'errorBody'>): LogMessage['response'] {
  if (outcome.status === undefined) return undefined;
  const body = errorBody?.();
  return {
    code: outcome.status,
    headers: loggedHeaders(outcome.headers, request.secrets),
    ...(body === undefined ? {} : { body }),
  };
}

/** Address and headers of a request, fit for a log. */
export function loggedRequest(request: OutboundRequest): { url: string; headers: Record<string, string> } {
  const url = masked(request.origin + request.path, request.secrets);
  return { url, headers: loggedOnce(request) };
}

/** Headers that all plain requests of a connection share are masked once. */
const sharedHeaders = new WeakMap<OutboundRequest['headers'], Record<string, string>>();

function loggedOnce({ headers, sharesHeaders, secrets, credentialHeaders }: OutboundRequest): Record<string, string> {
  const known = sharesHeaders ? sharedHeaders.get(headers) : undefined;
  if (known) return known;
  const logged = loggedHeaders(headers, secrets, credentialHeaders);
  if (sharesHeaders) sharedHeaders.set(headers, logged);
  return logged;
}

/**
 * Headers fit for a log.
 * @param credentialHeaders names of those that do not show whatever they hold
 */
export function loggedHeaders(
  headers: ResponseHeaders,
  secrets: readonly string[],
  credentialHeaders: readonly string[] = [],
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOISE.has(name)) continue;
    const isSecret = SECRET_HEADER.test(name) || credentialHeaders.includes(name);
    shown[name] = isSecret ? REDACTED : masked(typeof value === 'string' ? value : value.join(', '), secrets);
  }
  return shown;
}
