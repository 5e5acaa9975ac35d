import type { OutboundConfig } from '../outbound.config.js';
import { normalizedHost } from './hosts.js';

/** Which hosts and addresses may be called (spec/auth.md §6.8). */
export interface OutboundPolicy {
  /** Whether callers, connections and integrations may name a base URL. */
  readonly baseUrlOverride: boolean;
  /** Exact host names that are refused. */
  readonly denied: ReadonlySet<string>;
  /** Hosts that may be called, with their sub-domains; null allows every host that is not denied. */
  readonly allowed: readonly string[] | null;
  /** 127/8 and ::1. */
  readonly blockLoopback: boolean;
  /** RFC 1918, CGNAT, unique local, and tunnels that may end there. */
  readonly blockPrivate: boolean;
  /** 169.254/16, fe80::/10 and the metadata addresses of clouds. */
  readonly blockLinkLocal: boolean;
  /** Longest chain of redirects that is followed; 0 hands them to the caller. */
  readonly maxRedirects: number;
}

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
  const listed = env.NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST;
  const optedOut = listed !== undefined && listed.length === 0;
  const mode = given.mode ?? (optedOut ? 'permissive' : 'denylist');
  const blockPrivate = given.blockPrivateIps ?? true;
  const builtIn = optedOut ? [] : DENIED;
  const denied = mode === 'permissive' ? [] : [...builtIn, ...(listed ?? []), ...(given.denylist ?? [])];
  return {
    baseUrlOverride: env.NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED,
    denied: new Set(denied.map(normalizedHost)),
    allowed: mode === 'allowlist' ? (given.allowlist ?? []).map((host) => normalizedHost(host.replace(/^\./, ''))) : null,
    blockLoopback: !(mode === 'permissive' && !blockPrivate && optedOut),
    blockPrivate,
    blockLinkLocal: given.blockLinkLocal ?? true,
    maxRedirects: given.maxRedirects ?? MAX_REDIRECTS,
  };
}
