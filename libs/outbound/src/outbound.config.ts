import { z } from 'zod';
import { deniedHosts, urlPolicy } from '#libs/contracts';
import { flag } from '#libs/kernel';

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

/** Address of an egress proxy. A bare `host:port` is one too, as other programs take it. */
const proxyAddress = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), 'must be http://host:port or https://host:port')
  .optional()
  .meta({ secret: true });

/** Where both spellings are set, the lower-case one counts, as with other programs. */
const spellingOf = (name: string) => `Other spelling of ${name}, which it wins over`;

const noProxy = z.string().optional();

/** Variables of every app that calls addresses which customers or providers name. */
export const outboundEnv = {
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: flag(
    true,
    'Whether callers and integrations may name another base URL than the provider’s',
  ),
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: json(deniedHosts)
    .optional()
    .describe('Hosts never called, added to the built-in ones: a JSON array of names; [] drops the built-in ones too'),
  NANGO_OUTBOUND_URL_POLICY: json(urlPolicy)
    .optional()
    .describe(
      'JSON {mode: denylist | allowlist | permissive, denylist, allowlist, blockPrivateIps, blockLinkLocal, maxRedirects}; ' +
        'permissive without blockPrivateIps, together with an empty NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST, opens loopback too',
    ),
  HTTPS_PROXY: proxyAddress.describe(
    'Egress proxy for calls to https addresses: proxied calls, functions, requests for tokens, webhooks; never for internal traffic',
  ),
  HTTP_PROXY: proxyAddress.describe('Egress proxy for calls to http addresses'),
  NO_PROXY: noProxy.describe(
    'Hosts called without the egress proxy, separated by commas: names with their sub-domains, addresses, CIDR ranges, each with a ' +
      'port or without; * for all. Loopback never goes through it',
  ),
  https_proxy: proxyAddress.describe(spellingOf('HTTPS_PROXY')),
  http_proxy: proxyAddress.describe(spellingOf('HTTP_PROXY')),
  no_proxy: noProxy.describe(spellingOf('NO_PROXY')),
  NODE_EXTRA_CA_CERTS: z
    .string()
    .optional()
    .describe(
      'File of certificate authorities, in PEM, that are trusted beside the well-known ones; Node reads it when it starts',
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
