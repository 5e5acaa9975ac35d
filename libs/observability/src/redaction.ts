/** Paths of a log line that may hold a secret; pino replaces them with `[redacted]`. */
export const REDACTED_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-api-key"]',
  'res.headers["set-cookie"]',
  '*.authorization',
  '*.credentials',
  '*.access_token',
  '*.refresh_token',
  '*.apiKey',
  '*.password',
  '*.client_secret',
  '*.secret',
  '*.token',
];

/** Also what binds a browser to its sign-in (`state` and its other names, `hmac`, `ws_client_id`), and whatever users typed (`params`). */
const SECRET_NAME = 'token|secret|key|passw|signature|code|state|payload|customfield|hmac|verifier|assertion|ws_client_id|params';
const SECRET_QUERY = new RegExp(`([?&](?:[^=&]*(?:${SECRET_NAME})[^=&]*)=)[^&#]*`, 'gi');

/** A URL with the values of secret-looking query parameters masked. */
export const redactUrl = (url: string): string => url.replace(SECRET_QUERY, '$1[redacted]');
