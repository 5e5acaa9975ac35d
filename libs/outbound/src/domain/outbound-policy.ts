import type { UrlPolicy } from '#libs/contracts';
import type { OauthOutboundConfig, OutboundConfig } from '../outbound.config.js';
import { parseEgress } from './egress.js';
import { normalizedHost } from './hosts.js';
import type { OutboundPolicy } from './policy.js';

const DENIED = [
  '169.254.169.254',
  'metadata.google.internal',
  'metadata.goog',
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

const isOptOut = ({ NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: listed }: OutboundConfig): boolean => listed?.length === 0;

function policyOf(
  env: OutboundConfig,
  given: UrlPolicy,
  { builtIn, mayOpenLoopback }: { readonly builtIn: boolean; readonly mayOpenLoopback: boolean },
): OutboundPolicy {
  const isPermissive = given.mode === 'permissive';
  const blockPrivate = given.blockPrivateIps ?? true;
  const listed = [...(env.NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST ?? []), ...(given.denylist ?? [])];
  const denied = isPermissive ? [] : [...(builtIn ? DENIED : []), ...listed];
  return {
    baseUrlOverride: env.NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED,
    denied: hostSet(denied),
    allowed: given.mode === 'allowlist' ? hostList(given.allowlist) : null,
    blockLoopback: !(isPermissive && !blockPrivate && mayOpenLoopback),
    blockPrivate,
    blockLinkLocal: given.blockLinkLocal ?? true,
    maxRedirects: given.maxRedirects ?? MAX_REDIRECTS,
    egress: parseEgress(env),
  };
}

/**
 * A server's policy with that of an environment laid over it. Deny lists add up; an allow list narrows even where no mode is given.
 * As with requests for tokens, loopback opens where both words are said together, and whoever closes private addresses closes it too.
 */
export function overlaid(policy: OutboundPolicy, own: UrlPolicy): OutboundPolicy {
  const blockPrivate = own.blockPrivateIps ?? policy.blockPrivate;
  return {
    ...policy,
    denied: deniedUnder(policy, own),
    allowed: allowedUnder(policy, own),
    blockPrivate,
    blockLoopback: blocksLoopback(policy, own, blockPrivate),
    blockLinkLocal: own.blockLinkLocal ?? policy.blockLinkLocal,
    maxRedirects: own.maxRedirects ?? policy.maxRedirects,
  };
}

function deniedUnder({ denied }: OutboundPolicy, { mode, denylist = [] }: UrlPolicy): ReadonlySet<string> {
  if (mode === 'permissive') return new Set();
  return new Set([...denied, ...hostSet(mode === 'denylist' ? [...DENIED, ...denylist] : denylist)]);
}

function allowedUnder({ allowed }: OutboundPolicy, { mode, allowlist }: UrlPolicy): OutboundPolicy['allowed'] {
  if (mode === undefined) return allowlist ? hostList(allowlist) : allowed;
  return mode === 'allowlist' ? hostList(allowlist) : null;
}

function blocksLoopback({ blockLoopback }: OutboundPolicy, own: UrlPolicy, blockPrivate: boolean): boolean {
  if (own.mode === 'permissive' && own.blockPrivateIps === false) return false;
  return blockPrivate || own.mode === 'denylist' || blockLoopback;
}

const hostSet = (hosts: readonly string[]): ReadonlySet<string> => new Set(hosts.map(normalizedHost));

const hostList = (hosts: readonly string[] = []): string[] => hosts.map((host) => normalizedHost(host.replace(/^\./, '')));
