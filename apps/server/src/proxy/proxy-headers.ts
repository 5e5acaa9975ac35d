import { z } from 'zod';
import { connectionId, providerConfigKey } from '#libs/contracts';

const yesNo = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Headers that steer a proxied call (spec/api.md §3.10); clients send some of them empty. */
export const proxyHeaders = z.object({
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
  'nango-activity-log-id': z.string().max(255).optional(),
  'nango-is-sync': yesNo.optional(),
  'nango-is-dry-run': yesNo.optional(),
  upgrade: z
    .string()
    .refine(
      (protocol) => !/websocket/i.test(protocol),
      'the proxy carries HTTP requests, not websockets: open one to the provider yourself, with the credentials that ' +
        'GET /connections/{connectionId} answers',
    )
    .optional(),
});
export type ProxyHeaders = z.output<typeof proxyHeaders>;

type Incoming = Readonly<Record<string, string | string[] | undefined>>;

const PREFIX = 'nango-proxy-';

/** Describe the body, which goes out as it came in. */
const OF_BODY = ['content-type', 'content-encoding'] as const;

/** What goes out of the caller's headers: those marked for it, and those that describe a body. */
export function forwardedHeaders(incoming: Incoming, hasBody: boolean): Record<string, string | string[]> {
  const forwarded: Record<string, string | string[]> = {};
  for (const name of hasBody ? OF_BODY : []) {
    const value = incoming[name];
    if (value !== undefined) forwarded[name] = value;
  }
  for (const name in incoming) {
    if (!name.startsWith(PREFIX) || name.length === PREFIX.length) continue;
    const value = incoming[name];
    if (value !== undefined) forwarded[name.slice(PREFIX.length)] = value;
  }
  return forwarded;
}
