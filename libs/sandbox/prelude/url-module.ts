import { wrongType } from './crypto/bytes.js';
import { hostNow } from './host-now.js';
import { type Parts, URL } from './url.js';
import { URLSearchParams } from './url-search-params.js';

/** What `url.parse` makes. */
export class Url {
  href = '';
  parse(url: string, parseQuery = false, slashes = false): this {
    if (typeof url !== 'string') throw wrongType('url', 'of type string', url);
    const { query, ...parts } = hostNow<{ query: unknown }>('url.parse', { url, query: parseQuery, slashes });
    const isParsed = typeof query === 'object' && query !== null;
    return Object.assign(this, parts, { query: isParsed ? Object.assign(Object.create(null) as object, query) : query });
  }
  format(): string {
    return format(this);
  }
  resolve(to: string): string {
    return resolve(this.href, to);
  }
}

const parse = (url: string | Url, parseQuery?: boolean, slashes?: boolean): Url =>
  url instanceof Url ? url : inOrder(new Url().parse(url, parseQuery, slashes));

/** With its fields in the order in which Node shows them. */
function inOrder(parsed: Url): Url {
  const { href, ...parts } = parsed as Url & Record<string, unknown>;
  return Object.assign(Object.create(Url.prototype) as Url, {
    protocol: null,
    slashes: null,
    auth: null,
    host: null,
    port: null,
    hostname: null,
    hash: null,
    search: null,
    query: null,
    pathname: null,
    path: null,
    ...parts,
    href,
  });
}

function format(url: unknown, options?: object): string {
  if (url instanceof URL) return hostNow('url.format', { url: String(url), options });
  if (typeof url !== 'string' && (typeof url !== 'object' || url === null))
    throw wrongType('urlObject', 'one of type object or string', url);
  return hostNow('url.formatLegacy', { url });
}

const resolve = (from: string, to: string): string => hostNow('url.resolve', { from, to });

function urlToHttpOptions(url: URL): object {
  const { protocol, hostname, hash, search, pathname, href, port, username, password } = url as unknown as Parts;
  return {
    protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash,
    search,
    pathname,
    path: `${pathname}${search}`,
    href,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username || password ? { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` } : {}),
  };
}

/** `node:url`: nothing in it reaches out of the run. */
export const url = Object.freeze({
  URL,
  URLSearchParams,
  Url,
  parse,
  format,
  resolve,
  resolveObject: (from: string, to: string): Url | string => (from === '' ? to : parse(resolve(from, to))),
  domainToASCII: (domain: string) => hostNow<string>('url.toASCII', { domain }),
  domainToUnicode: (domain: string) => hostNow<string>('url.toUnicode', { domain }),
  fileURLToPath: (from: string | URL) => hostNow<string>('url.toPath', { url: String(from) }),
  pathToFileURL: (path: string) => new URL(hostNow<string>('url.fromPath', { path })),
  urlToHttpOptions,
});
