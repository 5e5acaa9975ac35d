import { isIP } from 'node:net';
import { decideAddress } from './addresses.js';
import type { OutboundPolicy } from './policy.js';
import { ALLOWED, refused, type Verdict } from './verdict.js';

/** The URL parser drops tabs and line ends without a word; a URL that holds any is somebody's attempt at something. */
const CONTROL = /[\u0000-\u0020\u007f]/; // oxlint-disable-line no-control-regex -- these characters are what is looked for

/** Lower case, without brackets and the dot of a fully qualified name; odd spellings of IPv4 become the usual one. */
export function normalizedHost(host: string): string {
  const bare = bareHost(host);
  const text = isIP(bare) === 6 ? `[${bare}]` : bare;
  return URL.canParse(`http://${text}`) ? bareHost(new URL(`http://${text}`).hostname) : bare;
}

const bareHost = (host: string): string => unbracketed(host.toLowerCase()).replace(/\.$/, '');

/** A host as sockets want it: URLs write IPv6 in brackets. */
export const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Whether a URL may be called, as far as its text tells: scheme, host lists, literal addresses. Names are judged again by the
 * addresses they resolve to, when the socket is opened.
 */
export function decideHost(target: URL | string, policy: OutboundPolicy): Verdict {
  const url = typeof target === 'string' ? plainUrl(target) : (problemOf(target) ?? target);
  return typeof url === 'string' ? refused(url) : decideUrl(url, policy);
}

/**
 * A URL that says plainly whom it leads to: http or https, without user name and password, without characters that the parser drops.
 * @returns what is wrong with any other
 */
export function plainUrl(text: string): URL | string {
  const url = parsed(text);
  return typeof url === 'string' ? url : (problemOf(url) ?? url);
}

function parsed(text: string): URL | string {
  if (CONTROL.test(text)) return 'the URL holds spaces or control characters';
  return URL.parse(text) ?? 'the URL cannot be parsed';
}

function problemOf({ protocol, username, password }: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return `the scheme ${protocol} is not http or https`;
  return username !== '' || password !== '' ? 'the URL holds a user name or password' : undefined;
}

function decideUrl(url: URL, policy: OutboundPolicy): Verdict {
  const host = bareHost(url.hostname);
  if (host === '') return refused('the URL names no host');
  if (policy.denied.has(host)) return refused(`the host ${host} is on the deny list`);
  if (policy.allowed && !policy.allowed.some((name) => host === name || host.endsWith(`.${name}`))) {
    return refused(`the host ${host} is not on the allow list`);
  }
  return isIP(host) === 0 ? ALLOWED : decideAddress(host, policy);
}
