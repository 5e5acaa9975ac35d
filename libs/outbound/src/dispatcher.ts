import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { decideAddress } from './domain/addresses.js';
import type { OutboundPolicy } from './domain/policy.js';
import { RefusedAddress } from './refused-address.js';

type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** What a caller proves itself with during the TLS handshake; both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * Connections that obey a policy at the moment of dialling: every address a name resolves to must be allowed, so neither a
 * redirect nor a DNS answer that changes between check and use leads inside. Pools are kept alive per origin.
 * @param resolve replaces the system's resolver in tests
 * @param certificate shown to every server that asks for one; servers are verified all the same
 */
export function createOutboundDispatcher(
  policy: OutboundPolicy,
  resolve: Resolve = lookup,
  certificate?: ClientCertificate,
): Agent {
  const shown = certificate && { cert: certificate.certificate, key: certificate.privateKey };
  const dial = buildConnector({ ...shown, lookup: checkedLookup(policy, resolve), allowH2: false });
  const connect: buildConnector.connector = (options, done) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    const verdict = isIP(host) === 0 ? undefined : decideAddress(host, policy);
    if (verdict?.allowed === false) done(new RefusedAddress(verdict.reason), null);
    else dial(options, done);
  };
  return new Agent({ connect });
}

function checkedLookup(policy: OutboundPolicy, resolve: Resolve): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const problem = error ?? refusal(addresses, policy);
      const [first] = addresses ?? [];
      if (problem || !first) done(problem ?? new RefusedAddress(`${host} has no address`), '', 0);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function refusal(addresses: readonly LookupAddress[], policy: OutboundPolicy): RefusedAddress | null {
  for (const { address } of addresses) {
    const verdict = decideAddress(address, policy);
    if (!verdict.allowed) return new RefusedAddress(verdict.reason);
  }
  return null;
}
