import type { LogMessage } from '#libs/contracts';
import type { Attempt } from '#libs/proxy';

const REDACTED = 'REDACTED';
/** Never logged, whoever sent them. */
const PRIVATE = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key']);
const MAX_URL = 2_000;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One attempt as a message of the operation's log; no credential shows in it (spec/engine.md §5.2). */
export function httpMessage(attempt: Attempt, maxAttempts: number): Omit<LogMessage, 'createdAt'> {
  const { request, outcome } = attempt;
  const url = redacted(request.origin + request.path, request.secrets).slice(0, MAX_URL);
  const ended = outcome.status ?? outcome.code;
  const failed = outcome.status === undefined || outcome.status >= 400;
  return {
    level: failed ? 'error' : 'info',
    type: 'http',
    source: 'internal',
    message: `${request.method} ${url} [${ended}]`,
    request: { method: request.method, url, headers: shown(request.headers, request.secrets, request.credentialHeaders) },
    ...(outcome.status === undefined
      ? { error: { name: 'Error', message: outcome.code } }
      : { response: { code: outcome.status, headers: shown(outcome.headers, request.secrets, []) } }),
    durationMs: Math.round(attempt.durationMs),
    retry: { attempt: attempt.number, max: maxAttempts },
  };
}

/** Says that and how long a call waits before it is tried again. */
export const waitMessage = ({ retryInMs = 0, number, outcome }: Attempt): string =>
  `HTTP call failed (${outcome.status ?? outcome.code}); attempt ${number + 2} follows in ${retryInMs} ms`;

function shown(headers: Headers, secrets: readonly string[], credentialHeaders: readonly string[]): Record<string, string> {
  const credentials = new Set(credentialHeaders);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const isSecret = PRIVATE.has(name) || credentials.has(name);
      return [[name, isSecret ? REDACTED : redacted(String(value), secrets)]];
    }),
  );
}

/** Every occurrence, plain or as it stands in a URL. */
function redacted(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== '') clean = clean.replaceAll(secret, REDACTED).replaceAll(encodeURIComponent(secret), REDACTED);
  }
  return clean;
}
