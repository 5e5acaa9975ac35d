import ipaddr from 'ipaddr.js';
import type { OutboundPolicy } from './policy.js';
import { ALLOWED, refused, type Verdict } from './verdict.js';

type AddressClass = 'public' | 'loopback' | 'private' | 'linkLocal' | 'reserved';

/**
 * Ranges under which clouds hand credentials to whoever asks, outside of the link-local ones: Alibaba, Oracle, Azure's WireServer,
 * AWS, Google, Scaleway.
 */
const METADATA = [
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fd00:42::42/128',
].map((range) => ipaddr.parseCIDR(range));

const V4: Partial<Record<string, AddressClass>> = {
  unicast: 'public',
  loopback: 'loopback',
  linkLocal: 'linkLocal',
  private: 'private',
  carrierGradeNat: 'private',
};

const V6: Partial<Record<string, AddressClass>> = {
  unicast: 'public',
  loopback: 'loopback',
  linkLocal: 'linkLocal',
  uniqueLocal: 'private',
  teredo: 'private',
};

const COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
const LOCAL_NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48');
const SITE_LOCAL = ipaddr.IPv6.parseCIDR('fec0::/10');
/** All that is handed out to hosts so far (IANA, IPv6 Global Unicast Address Assignments). */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address, literal or an answer of DNS, may be dialled. */
export function decideAddress(address: string, policy: OutboundPolicy): Verdict {
  const kind = classOf(address);
  switch (kind) {
    case 'public':
      return ALLOWED;
    case 'loopback':
      return policy.blockLoopback ? refused(`${address} is a loopback address`) : ALLOWED;
    case 'private':
      return policy.blockPrivate ? refused(`${address} is a private address`) : ALLOWED;
    case 'linkLocal':
      return policy.blockLinkLocal ? refused(`${address} is a link-local or metadata address`) : ALLOWED;
    default:
      return refused(`${address} is not an address of a single public host`);
  }
}

/** Whether a name may be dialled: every address it resolves to must be allowed. */
export function decideAddresses(addresses: readonly string[], policy: OutboundPolicy): Verdict {
  for (const address of addresses) {
    const verdict = decideAddress(address, policy);
    if (!verdict.allowed) return verdict;
  }
  return ALLOWED;
}

function classOf(address: string): AddressClass {
  if (!ipaddr.isValid(address)) return 'reserved';
  const parsed = ipaddr.parse(address);
  if (METADATA.some((range) => range[0].kind() === parsed.kind() && parsed.match(range))) return 'linkLocal';
  if (parsed instanceof ipaddr.IPv4) return V4[parsed.range()] ?? 'reserved';
  if (parsed.match(LOCAL_NAT64) || parsed.match(SITE_LOCAL)) return 'private';
  const inner = embeddedV4(parsed);
  if (inner) return classOf(inner);
  const kind = V6[parsed.range()] ?? 'reserved';
  return kind === 'public' && !parsed.match(GLOBAL) ? 'reserved' : kind;
}

/** The IPv4 address that a mapped, compatible, NAT64, 6to4 or ISATAP form leads to. `::` and `::1` are addresses of their own. */
function embeddedV4(address: ipaddr.IPv6): string | undefined {
  const bytes = address.toByteArray();
  const last = bytes.slice(12).join('.');
  if (address.isIPv4MappedAddress() || address.match(NAT64)) return last;
  if (address.match(COMPATIBLE) && last !== '0.0.0.0' && last !== '0.0.0.1') return last;
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return bytes.slice(2, 6).join('.');
  if ((bytes[8]! & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe) return last;
  return undefined;
}
