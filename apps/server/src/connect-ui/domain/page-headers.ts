/** Every answer: nothing is guessed, and no address of a page, which may hold a session token, is passed on. */
export const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/**
 * Headers of the page itself. It may be embedded anywhere, since that is what it is for, and may talk to the API and to nothing else.
 * @param apiUrl public address of the API
 * @param askedApiUrl the API that the page around it names (`?apiURL=`); a page opened by itself may not choose one
 * @param destination what the browser says it loads (`Sec-Fetch-Dest`)
 */
export function pageHeaders(apiUrl: string, askedApiUrl: unknown, destination: unknown): Record<string, string> {
  const origins = [originOf(apiUrl), destination === 'document' ? undefined : originOf(askedApiUrl)];
  const apis = new Set(origins.flatMap((origin) => (origin ? [origin, socketOrigin(origin)] : [])));
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    // Logos are at the API, or wherever an entry of the catalogue says.
    'img-src': ["'self' data: https:", ...[...apis].filter((origin) => origin.startsWith('http:'))].join(' '),
    'connect-src': ["'self'", ...apis].join(' '),
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': '*',
  };
  return {
    ...COMMON_HEADERS,
    'content-security-policy': Object.entries(policy)
      .map(([name, value]) => `${name} ${value}`)
      .join('; '),
    'cache-control': 'no-cache',
    vary: 'Accept-Encoding, Sec-Fetch-Dest',
  };
}

/** Assets are named by their content. */
export const ASSET_HEADERS = {
  ...COMMON_HEADERS,
  'cache-control': 'public, max-age=31536000, immutable',
  vary: 'Accept-Encoding',
};

function originOf(address: unknown): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  const { protocol, origin } = new URL(address);
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
}

const socketOrigin = (origin: string): string => origin.replace(/^http/, 'ws');
