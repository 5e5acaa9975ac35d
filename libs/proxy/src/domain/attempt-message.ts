import type { LogMessage } from '#libs/contracts';
import { HOP_BY_HOP } from './caller-headers.js';
import type { OutboundRequest } from './outbound-request.js';
import type { AttemptOutcome, ResponseHeaders } from './retry-decision.js';

const REDACTED = '[redacted]';
const SECRET_HEADER = /^(proxy-)?authorization$|cookie|api-?key|token|secret|password|signature|^x-auth/i;

/** Says nothing about the call. */
const NOISE = new Set([...HOP_BY_HOP, 'date']);

/** What a log line tells of one attempt. */
export interface AttemptFacts {
  readonly request: OutboundRequest;
  readonly outcome: AttemptOutcome;
  readonly number: number;
  readonly durationMs: number;
  readonly retryInMs?: number | undefined;
}

/** An attempt as a log message, every credential masked: by header name, and by value wherever it stands (spec/auth.md §6.10). */
export function attemptMessage(attempt: AttemptFacts, retries: number, at: Date): LogMessage {
  const { request, outcome, number, durationMs, retryInMs } = attempt;
  const { url, headers } = loggedRequest(request);
  const ended = outcome.status === undefined ? outcome.code : String(outcome.status);
  return {
    createdAt: at.toISOString(),
    level: outcome.status === undefined || outcome.status >= 400 ? (retryInMs === undefined ? 'error' : 'warn') : 'info',
    type: 'http',
    source: 'internal',
    message: `${request.method} ${url} → ${ended}`.slice(0, 10_000),
    request: { method: request.method, url, headers },
    ...(outcome.status === undefined
      ? { error: { name: outcome.code, message: outcome.code } }
      : { response: { code: outcome.status, headers: loggedHeaders(outcome.headers, request.secrets) } }),
    durationMs: Math.round(durationMs),
    ...(retries > 0
      ? { retry: { attempt: number, max: retries, ...(retryInMs === undefined ? {} : { waitedMs: retryInMs }) } }
      : {}),
  };
}

/** Address and headers of a request, fit for a log. */
export function loggedRequest(request: OutboundRequest): { url: string; headers: Record<string, string> } {
  const url = masked(request.origin + request.path, request.secrets);
  const headers = loggedHeaders(request.headers, request.secrets, request.credentialHeaders);
  return { url, headers };
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

function masked(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) if (result.includes(secret)) result = result.replaceAll(secret, REDACTED);
  return result;
}
