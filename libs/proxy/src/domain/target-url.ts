import { AppError } from '#libs/kernel';
import type { BaseUrl } from './base-url.js';

type ParamValue = string | number | boolean | null | undefined | readonly (string | number | boolean)[];

/** Query parameters of a call: a query string, or values to set one by one. */
export type Params = string | Readonly<Record<string, ParamValue>>;

const ABSOLUTE = /^https?:\/\//i;

/** Characters a path and query may hold as they are. Anything else, and dot segments, go through the URL parser. */
const PLAIN = /^[\w\-.~!$&'()*+,;=:@%/?[\]|]*$/;

/** Path and query of a request: base URL, endpoint, the caller's parameters, the provider's (spec/auth.md §6.3). */
export function targetPath(
  base: BaseUrl,
  endpoint: string,
  params: Params | undefined,
  injected: readonly (readonly [string, string])[],
): string {
  const relative = ABSOLUTE.test(endpoint) ? relativeTo(base, endpoint) : endpoint;
  const mark = relative.indexOf('?');
  const path = mark < 0 ? relative : relative.slice(0, mark);
  if (typeof params === 'string' && params !== '' && mark >= 0) {
    throw new AppError('invalid_query_params', 'give the query in the endpoint or in params, not in both');
  }
  const joined = joinPath(base.path, path);
  const query = queryOf([base.query, mark < 0 ? '' : relative.slice(mark + 1)], params, injected);
  const target = query === '' ? joined : `${joined}?${query}`;
  return PLAIN.test(target) && !target.includes('/.') ? target : normalized(base.origin, target);
}

function joinPath(base: string, endpoint: string): string {
  let from = 0;
  while (endpoint[from] === '/') from += 1;
  return from === endpoint.length ? base || '/' : `${base}/${endpoint.slice(from)}`;
}

function normalized(origin: string, target: string): string {
  const { pathname, search } = new URL(origin + target);
  return pathname + search;
}

/** An absolute endpoint inside of the base, relative to it; one that lies elsewhere is a path like any other. */
function relativeTo(base: BaseUrl, endpoint: string): string {
  const url = URL.parse(endpoint);
  if (!url || url.origin !== base.origin) return endpoint;
  const target = url.pathname + url.search;
  const next = target[base.path.length];
  return target.startsWith(base.path) && (next === undefined || next === '/' || next === '?')
    ? target.slice(base.path.length)
    : endpoint;
}

function queryOf(raw: readonly string[], params: Params | undefined, injected: readonly (readonly [string, string])[]): string {
  const given = raw.filter((part) => part !== '').join('&');
  if (params === undefined && injected.length === 0) return given;
  const own = typeof params === 'string' ? joinQuery(given, params.replace(/^\?/, '')) : setAll(given, settable(params ?? {}));
  return setAll(own, injected);
}

/** Sets values by name and leaves the spelling of all others alone. */
function setAll(query: string, values: readonly (readonly [string, string])[]): string {
  if (values.length === 0) return query;
  const names = new Set(values.flatMap(([name]) => [name, encodeURIComponent(name)]));
  const kept = query.split('&').filter((part) => part !== '' && !names.has(part.split('=', 1)[0]!));
  return [...kept, ...values.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)].join('&');
}

const joinQuery = (left: string, right: string): string => (left && right ? `${left}&${right}` : left || right);

const settable = (params: Exclude<Params, string>): [string, string][] =>
  Object.entries(params).flatMap(([name, value]) => (value === undefined || value === null ? [] : [[name, String(value)]]));

/** A query in the order and spelling that signatures are made over: sorted by name, percent-encoded. */
export function canonicalParams(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [unreservedOnly(name), unreservedOnly(value)] as const)
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Percent-encoding of all but letters, digits and `-._~` (RFC 3986 §2.3). */
const unreservedOnly = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
