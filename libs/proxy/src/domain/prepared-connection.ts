import type { ConnectionLease } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import { fillTemplate, type NestedText, type RetryRules, type Scope, type Template, templateOf } from '#libs/providers';
import { type ChosenBase, connectionBase } from './base-url.js';
import { defaultHeaders } from './default-headers.js';
import { type LeaseFacts, leaseFacts, secretsOf } from './lease-facts.js';
import { BODY_VALUES, headerLookup, REQUEST_VALUES } from './scope.js';

/** All of a request that depends on its connection alone. */
export interface PreparedConnection {
  readonly facts: LeaseFacts;
  /** Asked for only where the call names no base itself. */
  readonly base: () => ChosenBase | undefined;
  /** Injected headers whose value is the same for every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Injected headers that name the request, the time or a random value. */
  readonly perRequest: readonly (readonly [string, Template])[];
  /** Names of all headers the provider's templates set. */
  readonly templateNames: ReadonlySet<string>;
  readonly query: readonly (readonly [string, string])[];
  readonly body: NestedText | undefined;
  readonly needsBody: boolean;
  readonly retry: RetryRules | undefined;
  readonly forwardHeaders: boolean;
  readonly decompress: boolean;
  readonly secrets: readonly string[];
}

/** A lease is read-only and lives for a second or a run, so what follows from it is worked out once. */
const prepared = new WeakMap<ConnectionLease, PreparedConnection>();

/** @throws AppError `unsupported_auth` */
export function prepare(lease: ConnectionLease): PreparedConnection {
  const known = prepared.get(lease);
  if (known) return known;
  const made = preparedOf(leaseFacts(lease));
  prepared.set(lease, made);
  return made;
}

/** Whether requests of this connection are signed over their body, or get fields in it: such a body cannot stream. */
export const needsWholeBody = (lease: ConnectionLease): boolean => prepare(lease).needsBody;

const TIMELESS = { now: new Date(0), random: '' };

function preparedOf(facts: LeaseFacts): PreparedConnection {
  const rules = facts.provider.proxy ?? {};
  const scope: Scope = { lookup: headerLookup(facts), ...TIMELESS };
  const templates = Object.entries(rules.headers ?? {}).map(([name, text]) => [name, templateOf(text)] as const);
  const perRequest = templates.filter(([, template]) => isPerRequest(template));
  const fixed = templates.filter(([, template]) => !isPerRequest(template));
  return {
    facts,
    base: once(() => connectionBase(facts)),
    headers: checkedHeaders({ ...defaultHeaders(facts), ...fillAll(fixed, scope), ...customKey(facts, 'header') }),
    perRequest,
    templateNames: new Set(templates.map(([name]) => name)),
    query: Object.entries({
      ...fillAll(
        Object.entries(rules.query ?? {}).map(([name, text]) => [name, templateOf(text)] as const),
        scope,
      ),
      ...customKey(facts, 'query'),
    }),
    body: rules.body && fillNested(rules.body, scope),
    needsBody:
      rules.body !== undefined || perRequest.some(([, { references }]) => references.some((name) => BODY_VALUES.has(name))),
    retry: rules.retry,
    forwardHeaders: rules.forward_headers_on_redirect ?? false,
    decompress: rules.decompress ?? false,
    secrets: secretsOf(facts),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

const isPerRequest = ({ isVolatile, references }: Template): boolean =>
  isVolatile || references.some((name) => REQUEST_VALUES.has(name));

/** Values of the templates that can be filled; the others are left out. */
export function fillAll(templates: readonly (readonly [string, Template])[], scope: Scope): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, template] of templates) {
    const result = fillTemplate(template, scope);
    if (result.ok) filled[name] = result.value;
  }
  return filled;
}

function fillNested(body: NestedText, scope: Scope): NestedText {
  const filled: NestedText = {};
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'object') filled[name] = fillNested(value, scope);
    else {
      const result = fillTemplate(templateOf(value), scope);
      if (result.ok) filled[name] = result.value;
    }
  }
  return filled;
}

/** A key whose place the integration's developer chose (`private-api-generic`, spec/auth.md §6.4). */
function customKey(facts: LeaseFacts, place: 'header' | 'query'): Record<string, string> {
  const { keyName, keyPlacement = 'header', valueTemplate = '${apiKey}' } = facts.custom;
  if (!keyName || keyPlacement !== place) return {};
  const filled = fillTemplate(templateOf(valueTemplate), { lookup: headerLookup(facts), ...TIMELESS });
  return filled.ok ? { [place === 'header' ? keyName.toLowerCase() : keyName]: filled.value } : {};
}

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function checkedHeaders(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (HEADER_VALUE.test(value)) continue;
    throw new AppError('unsupported_auth', `the credentials make a value of ${name} that no HTTP header can carry`);
  }
  return headers;
}
