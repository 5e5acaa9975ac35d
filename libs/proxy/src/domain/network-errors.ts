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

/** The code callers know a failure by; undefined for errors that are no failures of the network. */
export function canonicalNetworkCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' ? (CANONICAL[code] ?? code) : undefined;
}
