import type { ConnectionLease } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import { fillTemplate, type NestedText, type RetryRules, type Scope, type Template, templateOf } from '#libs/providers';

import { type ChosenBase, connectionBase } from './base-url.js';
import { defaultHeaders } from './default-headers.js';
import { fillAll, fillNested } from './fill-all.js';
import { type ClientIdentity, clientIdentity } from './client-identity.js';
import { type LeaseFacts, leaseFacts } from './lease-facts.js';
import { type RequestSigner, requestSigner } from './request-signer.js';
import { BODY_VALUES, headerLookup, REQUEST_VALUES } from './scope.js';
import { isSecretSetting, secretsOf } from './secrets.js';

/** All of a request that depends on its connection alone. */
export interface PreparedConnection {
  readonly facts: LeaseFacts;
  /** Asked for only where the call names no base itself. */
  readonly base: () => ChosenBase | undefined;
  /** Headers whose value is the same for every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same object for every request that has neither headers of its own nor a body. */
  readonly plainHeaders: Readonly<Record<string, string>>;
  /** Injected headers that name the request, the time or a random value. */
  readonly perRequest: readonly (readonly [string, Template])[];
  /** Names of all headers the provider's templates set. */
  readonly templateNames: ReadonlySet<string>;
  readonly query: readonly (readonly [string, string])[];
  readonly body: NestedText | undefined;
  /** Whether the provider's templates read or change the body. */
  readonly needsBody: boolean;
  readonly signer: RequestSigner | undefined;
  readonly identity: ClientIdentity | undefined;
  readonly retry: RetryRules | undefined;
  readonly forwardHeaders: boolean;
  readonly decompress: boolean;
  /** Names of the injected headers whose values are credentials. */
  readonly credentialHeaders: readonly string[];
  readonly secrets: readonly string[];
}

/** A lease is read-only and lives for a second or a run, so what follows from it is worked out once. */
const prepared = new WeakMap<ConnectionLease, PreparedConnection>();

/** @throws AppError `unsupported_auth`, `invalid_certificate_or_key_format` */
export function prepare(lease: ConnectionLease): PreparedConnection {
  const known = prepared.get(lease);
  if (known) return known;
  const made = preparedOf(leaseFacts(lease));
  prepared.set(lease, made);
  return made;
}

/** Whether requests of this connection are signed over their body, or get fields in it: such a body cannot stream. */
export function needsWholeBody(lease: ConnectionLease): boolean {
  const { needsBody, signer } = prepare(lease);
  return needsBody || signer?.needsBody === true;
}

const DEFAULTS = { accept: 'application/json, text/plain, */*', 'user-agent': 'fairlead' };
const TIMELESS = { now: new Date(0), random: '' };

function preparedOf(facts: LeaseFacts): PreparedConnection {
  const rules = facts.provider.proxy ?? {};
  const scope: Scope = { lookup: headerLookup(facts), ...TIMELESS };
  const derived = new Set<string>();
  const note = derivedFrom(facts, derived);
  const templates = templatesOf(rules.headers);
  const perRequest = templates.filter(([, template]) => isPerRequest(template));
  const fixed = templates.filter(([, template]) => !isPerRequest(template));
  const proof = { ...defaultHeaders(facts), ...customKey(facts, 'header') };
  const signer = requestSigner(facts);
  const injected = checkedHeaders({ ...proof, ...fillAll(fixed, scope, note), ...customKey(facts, 'header') });
  const headers: Record<string, string> = { ...DEFAULTS, ...injected };
  return {
    facts,
    base: once(() => connectionBase(facts)),
    headers,
    plainHeaders: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type')),
    perRequest,
    templateNames: new Set(templates.map(([name]) => name)),
    query: Object.entries({ ...fillAll(templatesOf(rules.query), scope, note), ...customKey(facts, 'query') }),
    body: rules.body && fillNested(rules.body, scope),
    needsBody:
      rules.body !== undefined || perRequest.some(([, { references }]) => references.some((name) => BODY_VALUES.has(name))),
    signer,
    identity: clientIdentity(facts),
    retry: rules.retry,
    forwardHeaders: rules.forward_headers_on_redirect ?? false,
    decompress: rules.decompress ?? false,
    credentialHeaders: [
      ...new Set([
        ...Object.keys(proof),
        ...templates.filter(([, template]) => namesCredential(template, facts)).map(([name]) => name),
        ...(signer?.headerNames ?? []),
      ]),
    ],
    secrets: secretsOf(facts, derived),
  };
}

const templatesOf = (texts: Readonly<Record<string, string>> = {}): (readonly [string, Template])[] =>
  Object.entries(texts).map(([name, text]) => [name, templateOf(text)] as const);

/** Keeps what templates make of credentials: a hash or a pair in base64 is as good as the credential itself. */
function derivedFrom(facts: LeaseFacts, into: Set<string>): (template: Template, value: string) => void {
  const settings = new Set(Object.values(facts.config));
  return (template, value) => {
    if (namesCredential(template, facts) && !settings.has(value)) into.add(value);
  };
}

const namesCredential = ({ references }: Template, facts: LeaseFacts): boolean =>
  references.some((name) => {
    if (name.startsWith('connectionConfig.')) return isSecretSetting(facts, name.slice(17));
    return !name.startsWith('metadata.') && !REQUEST_VALUES.has(name);
  });

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

const isPerRequest = ({ isVolatile, references }: Template): boolean =>
  isVolatile || references.some((name) => REQUEST_VALUES.has(name));

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
