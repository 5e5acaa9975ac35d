import { type OutboundConfig, outboundEnv } from './outbound.config.js';
import { type OutboundPolicy, parseOutboundPolicy } from './domain/outbound-policy.js';
import { loadConfig } from '#libs/kernel';
import { z } from 'zod';

/** The policy that these variables make. */
export const policyOf = (env: Partial<Record<keyof OutboundConfig, string>> = {}): OutboundPolicy =>
  parseOutboundPolicy(loadConfig(z.object(outboundEnv), env));

export const DEFAULTS = policyOf();
export const LOOPBACK_OPEN = policyOf({
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
  NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
});
