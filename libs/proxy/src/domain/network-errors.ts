/** Codes after which another attempt may succeed (spec/auth.md §6.6). */
const RETRYABLE = new Set([
  'ECONNRESET',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'EPIPE',
  'UND_ERR_SOCKET',
]);

/** undici's names for what everybody else calls a time-out. */
const CANONICAL: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
};

export const isRetryableCode = (code: string, besides?: ReadonlySet<string>): boolean =>
  RETRYABLE.has(code) || besides?.has(code) === true;

/** Of what does not speak HTTP/1.x; undici's parser names no code, and the message says what it met. */
const NO_HTTP = 'HPE_INVALID_RESPONSE';

/** The code callers know a failure by; undefined for errors that are no failures of the network. */
export function canonicalNetworkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'HTTPParserError') return NO_HTTP;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? (CANONICAL[code] ?? code) : undefined;
}
