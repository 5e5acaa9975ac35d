import { type OauthOutboundConfig, oauthOutboundEnv, type OutboundConfig, outboundEnv } from './outbound.config.js';
import { parseOauthPolicy, parseOutboundPolicy } from './domain/outbound-policy.js';
import type { OutboundPolicy } from './domain/policy.js';
import { loadConfig } from '#libs/kernel';
import { z } from 'zod';

/** The policy that these variables make. */
export const policyOf = (env: Partial<Record<keyof OutboundConfig, string>> = {}): OutboundPolicy =>
  parseOutboundPolicy(loadConfig(z.object(outboundEnv), env));

/** The policy of requests for tokens that these variables make. */
export const oauthPolicyOf = (env: Partial<Record<keyof (OutboundConfig & OauthOutboundConfig), string>> = {}): OutboundPolicy =>
  parseOauthPolicy(loadConfig(z.object({ ...outboundEnv, ...oauthOutboundEnv }), env));

export const DEFAULTS = policyOf();
export const LOOPBACK_OPEN = policyOf({
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
  NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
});
