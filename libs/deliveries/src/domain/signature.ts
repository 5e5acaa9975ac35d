import { createHash, createHmac } from 'node:crypto';
import { platform, release } from 'node:os';
import { stringify } from 'safe-stable-stringify';

const VERSION = '0.1.0';

/** The body of a webhook: compact JSON with keys sorted at every depth, since receivers sign what they parsed. */
export const bodyOf = (payload: unknown): string => stringify(payload) ?? 'null';

/** Both signatures are over the exact body, with the key as literal text (spec/api.md §6.1). */
export const headersFor = (body: string, signingKey: string): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': `nango/${VERSION} (${platform()}/${release()}; node.js/${process.versions.node})`,
  'x-nango-signature': createHash('sha256')
    .update(signingKey + body)
    .digest('hex'),
  'x-nango-hmac-sha256': createHmac('sha256', signingKey).update(body).digest('hex'),
});
