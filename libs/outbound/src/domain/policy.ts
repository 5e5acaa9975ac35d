import type { Egress } from './egress.types.js';

/** Which hosts and addresses may be called (spec/auth.md §6.8), and on which way. */
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
  /** The proxies that traffic must leave through; null: it leaves as it is. */
  readonly egress: Egress | null;
}
