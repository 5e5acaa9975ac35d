import { z } from 'zod';

/** Hosts are compared whole: an entry that holds more than a name or an address would match nothing, and protect from nothing. */
const hosts = z.array(
  z
    .string()
    .min(1)
    .regex(/^[^\s/\\*@?#]+$/, 'must be a host name or an address, without scheme, path or wildcard'),
);

/**
 * What may be called, as operators write it (spec/auth.md §6.8): for the whole server, for requests for tokens, or for one
 * environment. Fields that are absent are the business of what it is laid over.
 */
export const urlPolicy = z
  .strictObject({
    mode: z.enum(['denylist', 'allowlist', 'permissive']),
    denylist: hosts,
    allowlist: hosts,
    blockPrivateIps: z.boolean(),
    blockLinkLocal: z.boolean(),
    maxRedirects: z.number().int().min(0).max(20),
  })
  .partial()
  .refine((policy) => policy.mode !== 'allowlist' || (policy.allowlist?.length ?? 0) > 0, {
    message: 'mode "allowlist" needs at least one host in allowlist',
    path: ['allowlist'],
  })
  .meta({ id: 'OutboundPolicy' });
export type UrlPolicy = z.output<typeof urlPolicy>;

/** A list of hosts that are never called. */
export const deniedHosts = hosts;
