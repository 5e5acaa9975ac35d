import ipaddr from 'ipaddr.js';
import type { OutboundPolicy } from './policy.js';
import { ALLOWED, refused, type Verdict } from './verdict.js';

type AddressClass = 'public' | 'loopback' | 'private' | 'linkLocal' | 'reserved';

/** Addresses under which clouds hand credentials to whoever asks, outside of the link-local ranges. */
const METADATA = new Set(['100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254']);

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

function classOf(address: string): AddressClass {
  if (!ipaddr.isValid(address)) return 'reserved';
  const parsed = ipaddr.parse(address);
  if (METADATA.has(parsed.toString())) return 'linkLocal';
  if (parsed instanceof ipaddr.IPv4) return V4[parsed.range()] ?? 'reserved';
  if (parsed.match(LOCAL_NAT64) || parsed.match(SITE_LOCAL)) return 'private';
  const inner = embeddedV4(parsed);
  if (inner) return classOf(inner);
  return V6[parsed.range()] ?? 'reserved';
}

/** The IPv4 address that a mapped, compatible, NAT64 or 6to4 form leads to. `::` and `::1` are addresses of their own. */
function embeddedV4(address: ipaddr.IPv6): string | undefined {
  const bytes = address.toByteArray();
  const last = bytes.slice(12).join('.');
  if (address.isIPv4MappedAddress() || address.match(NAT64)) return last;
  if (address.match(COMPATIBLE) && last !== '0.0.0.0' && last !== '0.0.0.1') return last;
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return bytes.slice(2, 6).join('.');
  return undefined;
}
