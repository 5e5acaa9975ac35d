/** Where a redirect leads, and what goes along. */
export interface Redirect {
  readonly url: URL;
  readonly method: string;
  /** False: the request turned into a GET without a body. */
  readonly keepsBody: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Redirected {
  readonly url: URL;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Send every header to other origins too. */
  readonly forwardHeaders: boolean;
}

const STATUSES = new Set([301, 302, 303, 307, 308]);

/** What describes content or its reader, and proves nobody's identity: all that another origin gets to see. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'content-encoding', 'content-type', 'user-agent']);

/** The request a redirect asks for; undefined where the answer is none, or points nowhere. */
export function redirectOf(request: Redirected, status: number, location: string | undefined): Redirect | undefined {
  if (location === undefined || !STATUSES.has(status)) return undefined;
  const url = URL.parse(location, request.url.href);
  if (!url) return undefined;
  const becomesGet = status === 303 ? request.method !== 'HEAD' : status < 303 && request.method === 'POST';
  const sameOrigin = url.origin === request.url.origin;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (becomesGet && name.startsWith('content-')) continue;
    if (sameOrigin || request.forwardHeaders || HARMLESS.has(name)) headers[name] = value;
  }
  return { url, method: becomesGet ? 'GET' : request.method, keepsBody: !becomesGet, headers };
}
