import type { OauthOutboundConfig, OutboundConfig } from '../outbound.config.js';
import { normalizedHost } from './hosts.js';
import type { OutboundPolicy } from './policy.js';

const DENIED = [
  '169.254.169.254',
  'metadata.google.internal',
  'localhost',
  '127.0.0.1',
  '::1',
  '::ffff:7f00:1',
  '::ffff:a9fe:a9fe',
];
const MAX_REDIRECTS = 5;

/** What the environment's variables add up to. An empty deny list is the operator's word that built-in names may be called. */
export function parseOutboundPolicy(env: OutboundConfig): OutboundPolicy {
  const given = env.NANGO_OUTBOUND_URL_POLICY ?? {};
  const optedOut = isOptOut(env);
  const mode = given.mode ?? (optedOut ? 'permissive' : 'denylist');
  return policyOf(env, { ...given, mode }, { builtIn: !optedOut, mayOpenLoopback: optedOut });
}

/**
 * The policy of requests for tokens, laid over that of all others (spec/auth.md §6.8). Built-in names stay denied whatever the
 * others may call, unless the mode is permissive; an operator opens loopback by saying so for tokens alone, or for everything.
 */
export function parseOauthPolicy(env: OutboundConfig & OauthOutboundConfig): OutboundPolicy {
  const general = env.NANGO_OUTBOUND_URL_POLICY ?? {};
  const own = env.NANGO_OUTBOUND_URL_POLICY_OAUTH ?? {};
  const given = {
    ...general,
    ...own,
    mode: own.mode ?? general.mode ?? 'denylist',
    denylist: [...(general.denylist ?? []), ...(own.denylist ?? [])],
  };
  const saysSo = own.mode === 'permissive' && own.blockPrivateIps === false;
  return policyOf(env, given, { builtIn: true, mayOpenLoopback: saysSo || isOptOut(env) });
}

type Given = NonNullable<OutboundConfig['NANGO_OUTBOUND_URL_POLICY']>;

const isOptOut = ({ NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: listed }: OutboundConfig): boolean => listed?.length === 0;

function policyOf(
  env: OutboundConfig,
  given: Given,
  { builtIn, mayOpenLoopback }: { readonly builtIn: boolean; readonly mayOpenLoopback: boolean },
): OutboundPolicy {
  const isPermissive = given.mode === 'permissive';
  const blockPrivate = given.blockPrivateIps ?? true;
  const listed = [...(env.NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST ?? []), ...(given.denylist ?? [])];
  const denied = isPermissive ? [] : [...(builtIn ? DENIED : []), ...listed];
  return {
    baseUrlOverride: env.NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED,
    denied: new Set(denied.map(normalizedHost)),
    allowed: given.mode === 'allowlist' ? (given.allowlist ?? []).map((host) => normalizedHost(host.replace(/^\./, ''))) : null,
    blockLoopback: !(isPermissive && !blockPrivate && mayOpenLoopback),
    blockPrivate,
    blockLinkLocal: given.blockLinkLocal ?? true,
    maxRedirects: given.maxRedirects ?? MAX_REDIRECTS,
  };
}
