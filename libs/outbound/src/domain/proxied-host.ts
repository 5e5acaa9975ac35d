import { isIP } from 'node:net';
import { decideAddress, decideAddresses } from './addresses.js';
import type { OutboundPolicy } from './policy.js';
import { ALLOWED, refused, type Verdict } from './verdict.js';

/** Names that nobody can own on the Internet (RFC 6761, 6762, 8375; ICANN reserved `internal` for private use). */
const PRIVATE_NAMES = ['localhost', 'local', 'internal', 'home.arpa', 'intranet', 'private', 'corp', 'home', 'lan'];

/**
 * Whether an egress proxy may be asked for a host. It resolves the name once more, where we cannot look: a name we can resolve is judged by
 * its addresses as if we dialled it; one we cannot, which is usual behind such a proxy, is judged by what it is called.
 * @param host without brackets
 * @param addresses what the name resolves to here; empty where it does not
 */
export function decideProxiedHost(host: string, addresses: readonly string[], policy: OutboundPolicy): Verdict {
  if (isIP(host) !== 0) return decideAddress(host, policy);
  if (addresses.length > 0) return decideAddresses(addresses, policy);
  if (!policy.blockPrivate || !isPrivateName(host.toLowerCase().replace(/\.$/, ''))) return ALLOWED;
  return refused(`${host} is a name of a private network`);
}

const isPrivateName = (name: string): boolean =>
  !name.includes('.') || PRIVATE_NAMES.some((suffix) => name.endsWith(`.${suffix}`));
