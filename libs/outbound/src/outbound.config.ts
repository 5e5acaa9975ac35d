import { z } from 'zod';
import { flag } from '#libs/kernel';

const hosts = z.array(z.string().min(1));

const urlPolicy = z
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
  });

/** A variable that holds JSON of this shape. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Variables of every app that calls addresses which customers or providers name. */
export const outboundEnv = {
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: flag(
    true,
    'Whether callers and integrations may name another base URL than the provider’s',
  ),
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: json(hosts)
    .optional()
    .describe('Hosts never called, added to the built-in ones: a JSON array of names; [] drops the built-in ones too'),
  NANGO_OUTBOUND_URL_POLICY: json(urlPolicy)
    .optional()
    .describe(
      'JSON {mode: denylist | allowlist | permissive, denylist, allowlist, blockPrivateIps, blockLinkLocal, maxRedirects}; ' +
        'permissive without blockPrivateIps, together with an empty NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST, opens loopback too',
    ),
};
export type OutboundConfig = z.output<z.ZodObject<typeof outboundEnv>>;

/** Variables of every app that asks providers for tokens. */
export const oauthOutboundEnv = {
  NANGO_OUTBOUND_URL_POLICY_OAUTH: json(urlPolicy)
    .optional()
    .describe(
      'Policy of requests for tokens: fields of NANGO_OUTBOUND_URL_POLICY to replace; {"blockPrivateIps": false} opens private ' +
        'addresses, {"mode": "permissive", "blockPrivateIps": false} loopback too',
    ),
};
export type OauthOutboundConfig = z.output<z.ZodObject<typeof oauthOutboundEnv>>;
