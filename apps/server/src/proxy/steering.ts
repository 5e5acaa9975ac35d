import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { connectionId, providerConfigKey, rateLimitMode } from '#libs/contracts';
import { parseOrThrow } from '#libs/http';

const yesNo = z.enum(['true', 'false']).transform((value) => value === 'true');

const MOST_WAIT_S = 3_600;

/** Headers that steer a proxied call (spec/api.md §3.10); clients send some of them empty. */
const steering = z.object({
  'provider-config-key': providerConfigKey,
  'connection-id': connectionId,
  retries: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number of attempts')
    .transform(Number)
    .default(0),
  'base-url-override': z.union([z.literal(''), z.url()]).optional(),
  decompress: yesNo.optional(),
  'retry-on': z
    .string()
    .regex(/^\d+(,\d+)*$/, 'must be a list of statuses, separated by commas')
    .transform((list) => list.split(',').map(Number))
    .optional(),
  'forward-headers-on-redirect': yesNo.optional(),
  'fairlead-timeout': z
    .string()
    .regex(/^(?!0+$)\d{1,6}$/, 'must be a number of seconds, all attempts and waits together')
    .transform((seconds) => Number(seconds) * 1000)
    .optional(),
  'nango-activity-log-id': z.string().max(255).optional(),
  'nango-is-sync': yesNo.optional(),
  'nango-is-dry-run': yesNo.optional(),
  /** What to do when the provider's rate limit is used up (`FAIRLEAD_RATE_GOVERNOR` where it is not sent). */
  'fairlead-rate-limit': rateLimitMode.optional(),
  'fairlead-max-wait': z
    .string()
    .regex(/^\d{1,4}(\.\d{1,3})?$/, 'must be a number of seconds')
    .transform((seconds) => Math.min(Number(seconds), MOST_WAIT_S) * 1000)
    .optional(),
  upgrade: z
    .string()
    .refine(
      (protocol) => !/websocket/i.test(protocol),
      'the proxy carries HTTP requests, not websockets: open one to the provider yourself, with the credentials that ' +
        'GET /connections/{connectionId} answers',
    )
    .optional(),
});
export type Steering = z.output<typeof steering>;

type Incoming = Readonly<Record<string, string | string[] | undefined>>;

const NAMES = Object.keys(steering.shape);
const MAX_REMEMBERED_LENGTH = 1_000;

/** Callers steer one call like the next. */
const remembered = new LRUCache<string, Steering>({ max: 1_000 });

/** What the headers of a call ask for. @throws AppError `invalid_headers` */
export function steeringOf(incoming: Incoming): Steering {
  const key = keyOf(incoming);
  const known = remembered.get(key);
  if (known) return known;
  const parsed = parseOrThrow(steering, incoming, 'invalid_headers');
  if (key.length <= MAX_REMEMBERED_LENGTH) remembered.set(key, parsed);
  return parsed;
}

/** No value holds a line end; absent and empty differ. */
function keyOf(incoming: Incoming): string {
  let key = '';
  for (const name of NAMES) {
    const value = incoming[name];
    key += value === undefined ? '\n' : `=${String(value)}\n`;
  }
  return key;
}
