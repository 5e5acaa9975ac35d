import ipaddr from 'ipaddr.js';
import type { OutboundConfig } from '../outbound.config.js';
import type { Egress, Exception } from './egress.types.js';
import { unbracketed } from './hosts.js';

const PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** What the variables say; null where traffic leaves as it is. */
export function parseEgress(env: OutboundConfig): Egress | null {
  const https = env.https_proxy ?? env.HTTPS_PROXY ?? null;
  const http = env.http_proxy ?? env.HTTP_PROXY ?? null;
  if (https === null && http === null) return null;
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return { https, http, exceptions: exceptions.map(exceptionOf) };
}

/**
 * The proxy on the way to an origin; undefined where there is none. Loopback is this machine: behind a proxy it would be another, so
 * it is never asked for there.
 */
export function egressProxyOf(origin: string, egress: Egress): string | undefined {
  const { protocol, hostname, port } = new URL(origin);
  const proxy = protocol === 'https:' ? egress.https : egress.http;
  if (proxy === null) return undefined;
  const host = unbracketed(hostname).replace(/\.$/, '');
  if (isLoopback(host)) return undefined;
  const own = port || PORTS[protocol];
  return egress.exceptions.some((exception) => isExcepted(host, own, exception)) ? undefined : proxy;
}

function exceptionOf(entry: string): Exception {
  const [, bracketed, bare, port] = /^(?:\[(.+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const host = (bracketed ?? bare ?? entry).toLowerCase();
  return {
    host: host === '*' ? host : host.replace(/^\*?\./, '').replace(/\.$/, ''),
    port: port ?? null,
    onlySubdomains: host.startsWith('*.'),
  };
}

function isExcepted(host: string, port: string | undefined, exception: Exception): boolean {
  if (exception.port !== null && exception.port !== port) return false;
  if (exception.host === '*') return true;
  if (ipaddr.isValid(host)) return isInRange(host, exception.host);
  return host.endsWith(`.${exception.host}`) || (!exception.onlySubdomains && host === exception.host);
}

function isInRange(address: string, range: string): boolean {
  const parsed = ipaddr.parse(address);
  if (ipaddr.isValid(range)) return parsed.toNormalizedString() === ipaddr.parse(range).toNormalizedString();
  if (!ipaddr.isValidCIDR(range)) return false;
  const [network, bits] = ipaddr.parseCIDR(range);
  return network.kind() === parsed.kind() && parsed.match(network, bits);
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
