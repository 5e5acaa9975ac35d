import { createHash } from 'node:crypto';
import { differences } from './difference.js';
import type { WireRequest } from './interceptor.js';
import type { Calls, Entry } from './recording.js';

/** What a provider's own catalogue entry adds to every call. */
export interface Additions {
  readonly query: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
  /** Headers by which the provider says that a call may be tried again at once. */
  readonly retryAtOnce: Readonly<Record<string, string>>;
}

export interface Match {
  readonly entry: Entry;
  /** `METHOD path`, as recorded. */
  readonly call: string;
}

const IGNORED =
  /^(authorization|user-agent|nango-proxy-user-agent|accept-encoding|retries|host|connection-id|provider-config-key|nango-is-.*|nango-activity-log-id|content-length|accept|base-url-override|retry-on|forward-headers-on-redirect)$/;
/** Of the connection, which recordings do not know. */
const HOP = /^(connection|proxy-.*|keep-alive|te|transfer-encoding|upgrade|traceparent|tracestate)$/;
const DEFAULT_TYPE = /^application\/(json|x-www-form-urlencoded)\b/;
const MAX_DATA = 1000;

/** The recorded answer to a request (spec/functions.md §5.2), or undefined. Where several paths end alike, the longest counts. */
export function matchOf(
  request: WireRequest,
  calls: Calls,
  added: Additions,
  isSpent: (entry: Entry) => boolean,
): Match | undefined {
  const method = request.method.toLowerCase();
  const paths = Object.entries(calls[method] ?? {})
    .filter(([path]) => endsWith(request.url.pathname, path))
    .toSorted(([a], [b]) => b.length - a.length);
  for (const [path, recorded] of paths) {
    const entries = [recorded].flat().filter((entry) => !isSpent(entry));
    const identity = identityOf(request, path, added, entries);
    const isSole = entries.filter(({ once }) => !once).length <= 1;
    const entry = entries.find((one) => isMatch(one, identity, isSole));
    if (entry) return { entry, call: `${request.method} ${path}` };
  }
  return undefined;
}

/** What was asked, and what would have been answered: for whoever must find the difference. */
export function missText(request: WireRequest, calls: Calls, added: Additions): string {
  const method = request.method.toLowerCase();
  const { params, headers } = identityOf(request, '', added, []);
  const asked = { params, headers, data: request.body.toString('utf8').slice(0, MAX_DATA) };
  const near = Object.entries(calls[method] ?? {}).filter(([path]) => endsWith(request.url.pathname, path));
  const expected = near.length > 0 ? near : Object.entries(calls).map(([verb, paths]) => [verb, Object.keys(paths)]);
  const recorded = near.flatMap(([, entries]) => [entries].flat().map((entry) => entry.request ?? { hash: entry.hash }));
  return (
    `asked for ${request.method} ${request.url.host}${request.url.pathname} with ${JSON.stringify(asked)}; ` +
    `recorded: ${JSON.stringify(near.length > 0 ? recorded : expected).slice(0, 2 * MAX_DATA)}`
  );
}

interface Identity {
  readonly method: string;
  readonly endpoint: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a header is the function's and not the provider's. */
  readonly ownHeaders: (name: string) => boolean;
  readonly body: Buffer;
  readonly contentType: string;
}

function identityOf(
  { method, url, headers, body }: WireRequest,
  path: string,
  added: Additions,
  entries: readonly Entry[],
): Identity {
  const isRecorded = (name: string) => entries.some(({ request }) => Object.hasOwn(paramsOf(request?.params), name));
  const params: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (added.query.has(name) && !isRecorded(name)) continue;
    params[name] = name in params ? `${params[name]},${value}` : value;
  }
  const given = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method,
    endpoint: trimmed(path),
    params,
    headers: headersOf(given.filter(([name]) => !HOP.test(name))),
    ownHeaders: (name) => !added.headers.has(name),
    body,
    contentType: headers['content-type'] ?? '',
  };
}

function isMatch({ hash, request }: Entry, identity: Identity, isSole: boolean): boolean {
  if (hash !== undefined && hashesOf(identity).has(hash)) return true;
  if (!request) return isSole && Object.keys(identity.params).length === 0;
  const { params, headers, data } = request;
  return (
    differences('params', sorted(paramsOf(params)), sorted(identity.params)).length === 0 &&
    differences('headers', headersOf(Object.entries(headers ?? {})), identity.headers, true).length === 0 &&
    (data === undefined || data === null || isSameData(data, identity))
  );
}

function headersOf(headers: readonly (readonly [string, unknown])[]): Record<string, string> {
  const plain = headers
    .map(([name, value]) => [name.toLowerCase().replace(/^nango-proxy-/, ''), String(value)] as const)
    .filter(
      ([name, value]) => !IGNORED.test(name) && !(name === 'content-type' && (DEFAULT_TYPE.test(value) || isMultipart(value))),
    );
  return sorted(Object.fromEntries(plain));
}

function paramsOf(params: Readonly<Record<string, unknown>> | string | undefined): Record<string, string> {
  if (typeof params === 'string') return Object.fromEntries(new URLSearchParams(params));
  const given = Object.entries(params ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

const sorted = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** A body is the same by its text, its bytes, or what its content type makes of it. */
function isSameData(recorded: unknown, { body, contentType }: Identity): boolean {
  const text = body.toString('utf8');
  if (typeof recorded === 'string') {
    if (recorded.startsWith('sha1:')) return [text, body.toString('base64')].some((data) => `sha1:${sha1(data)}` === recorded);
    if (recorded === text || recorded === body.toString('base64')) return true;
    return contentType.startsWith('application/x-www-form') && differences('', fieldsOf(recorded), fieldsOf(text)).length === 0;
  }
  // As the recorder sees a form object: it has no fields of its own.
  if (JSON.stringify(recorded) === '{}' && (isMultipart(contentType) || contentType.startsWith('application/x-www-form')))
    return true;
  if (isMultipart(contentType)) return differences('', recorded, partsOf(text)).length === 0;
  const asked = contentType.startsWith('application/x-www-form') ? fieldsOf(text) : parsed(text);
  return differences('', recorded, asked).length === 0;
}

const fieldsOf = (text: string): object => Object.fromEntries(new URLSearchParams(text));
const isMultipart = (contentType: string): boolean => contentType.startsWith('multipart/form-data');

/** Fields of a multipart body, text or JSON. */
function partsOf(text: string): object {
  const parts = text.matchAll(/name="([^"]*)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n([\s\S]*?)\r\n--/g);
  return Object.fromEntries([...parts].map(([, name = '', value = '']) => [name, parsed(value)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The published digest of a request, in each spelling that is known: of the method, and of what is sorted by key. */
function hashesOf({ method, endpoint, params, headers, ownHeaders, body }: Identity): Set<string> {
  const text = body.toString('utf8');
  const data = text === '' ? undefined : text.length > MAX_DATA ? `sha1:${sha1(text)}` : text;
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => ownHeaders(name)));
  const spellings = [Object.entries, (fields: object) => fields];
  return new Set(
    [method.toLowerCase(), method.toUpperCase()].flatMap((verb) =>
      spellings.map((spelt) =>
        sha1(JSON.stringify({ method: verb, endpoint, params: spelt(sorted(params)), headers: spelt(own), data })),
      ),
    ),
  );
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

const trimmed = (path: string): string => decoded(path.replace(/^\/(proxy\/)?/, '').replace(/\?.*$/, ''));

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Recordings leave the base URL out, and nobody knows which part of the path was its. */
function endsWith(wire: string, recorded: string): boolean {
  const [whole, tail] = [trimmed(wire), trimmed(recorded)];
  return whole === tail || tail === '' || whole.endsWith(`/${tail}`);
}
