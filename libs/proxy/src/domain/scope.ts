import type { LeaseFacts } from './lease-facts.js';
import { valueAt } from './lease-facts.js';

/** What templates may say of the request itself (spec/auth.md §1.10). */
export interface RequestValues {
  readonly method: string;
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly endpoint: string;
  readonly urlCanonicalParams: string;
  readonly bodyCanonicalParams: string;
  readonly params: string;
  readonly contentType: string;
}

export const REQUEST_VALUES: ReadonlySet<string> = new Set<keyof RequestValues>([
  'method',
  'host',
  'path',
  'endpoint',
  'urlCanonicalParams',
  'bodyCanonicalParams',
  'params',
  'contentType',
]);

/** Values that cannot be told before the whole body is there. */
export const BODY_VALUES: ReadonlySet<string> = new Set<keyof RequestValues>(['bodyCanonicalParams', 'params']);

type Lookup = (name: string) => string | undefined;

/** Names of base URL and endpoint: what the connection says of itself, and its credentials' fields. */
export function endpointLookup({ config, metadata, credentials }: LeaseFacts): Lookup {
  return (name) => {
    if (name.startsWith('connectionConfig.')) return textOf(valueAt(config, name.slice(17))) || undefined;
    if (name.startsWith('metadata.')) return textOf(valueAt(metadata, name.slice(9)));
    if (name.startsWith('credentials.')) return textOf(valueAt(credentials, name.slice(12)));
    return textOf(valueAt(credentials, name));
  };
}

/** Names of headers, query and body: those of the endpoint, the token and its client, and the request's own values. */
export function headerLookup(facts: LeaseFacts, request?: RequestValues): Lookup {
  const further = endpointLookup(facts);
  return (name) => {
    if (name === 'accessToken') return facts.accessToken;
    if (name === 'clientId') return facts.clientId ?? undefined;
    if (name === 'clientSecret') return facts.clientSecret ?? undefined;
    if (request && REQUEST_VALUES.has(name)) return request[name as keyof RequestValues];
    return further(name);
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
