import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { decideAddress, decideAddresses } from './domain/addresses.js';
import { unbracketed } from './domain/hosts.js';
import type { OutboundPolicy } from './domain/policy.js';
import { EgressDispatcher } from './egress-dispatcher.js';
import { RefusedAddress } from './refused-address.js';
import type { Resolve } from './resolver.js';

/** What a caller proves itself with during the TLS handshake; both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface DispatcherOptions {
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve | undefined;
  /** Shown to every server that asks for one, never to an egress proxy; servers are verified all the same. */
  readonly certificate?: ClientCertificate | undefined;
}

/**
 * Connections that obey a policy at the moment of dialling: every address a name resolves to must be allowed, so neither a
 * redirect nor a DNS answer that changes between check and use leads inside. Pools are kept alive per origin. Where the policy names
 * egress proxies, connections go through them (see `decideProxiedHost`).
 */
export function createOutboundDispatcher(
  policy: OutboundPolicy,
  { resolve = lookup, certificate }: DispatcherOptions = {},
): Dispatcher {
  const tls = { ...(certificate && { cert: certificate.certificate, key: certificate.privateKey }), allowH2: false };
  const direct = new Agent({ connect: checkedConnector(policy, resolve, tls) });
  return policy.egress ? new EgressDispatcher({ direct, policy, egress: policy.egress, resolve, tls }) : direct;
}

function checkedConnector(policy: OutboundPolicy, resolve: Resolve, tls: buildConnector.BuildOptions): buildConnector.connector {
  const dial = buildConnector({ ...tls, lookup: checkedLookup(policy, resolve) });
  return (options, done) => {
    const host = unbracketed(options.hostname);
    const verdict = isIP(host) === 0 ? undefined : decideAddress(host, policy);
    if (verdict?.allowed === false) done(new RefusedAddress(verdict.reason), null);
    else dial(options, done);
  };
}

function checkedLookup(policy: OutboundPolicy, resolve: Resolve): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const verdict = decideAddresses(
        addresses.map(({ address }) => address),
        policy,
      );
      const [first] = addresses;
      if (!verdict.allowed) done(new RefusedAddress(verdict.reason), '', 0);
      else if (!first) done(new RefusedAddress(`${host} has no address`), '', 0);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
