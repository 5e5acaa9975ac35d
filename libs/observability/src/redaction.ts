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

const SECRET_QUERY = /([?&](?:[^=&]*(?:token|secret|key|password|signature|code)[^=&]*)=)[^&#]*/gi;

/** A URL with the values of secret-looking query parameters masked. */
export const redactUrl = (url: string): string => url.replace(SECRET_QUERY, '$1[redacted]');
