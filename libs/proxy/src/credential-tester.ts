import type { ConnectionLease } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import { fillTemplate, type Provider, templateOf } from '#libs/providers';
import { buildRequest } from './domain/build-request.js';
import type { ProxyCall } from './domain/outbound-request.js';
import { type LeaseFacts, leaseFacts } from './domain/lease-facts.js';
import { headerLookup } from './domain/scope.js';
import type { ProxyTransport } from './transport.js';
import type { UpstreamResponse } from './upstream-response.js';

/** `untested`: the catalogue names no request that would tell. */
export type CredentialVerdict = 'passed' | 'failed' | 'untested';

type Verification = NonNullable<NonNullable<Provider['proxy']>['verification']>;

const TEST_TIMEOUT_MS = 10_000;

/** Sends a request with the credentials under test; its answer is to be read or discarded. */
export type SendTest = (call: Omit<ProxyCall, 'lease'>) => Promise<UpstreamResponse>;

/** A test of credentials that takes more than a request, by the name the catalogue knows it by (`credentials_verification_script`). */
export type VerificationScript = (lease: ConnectionLease, send: SendTest) => Promise<boolean>;

/**
 * Makes the test of new credentials (spec/auth.md §2.4): the script that the catalogue names, else its verification requests, sent
 * one after the other until the first 2xx answer. A provider that cannot be reached passes nobody.
 */
export function credentialTester(
  transport: ProxyTransport,
  scripts: Readonly<Record<string, VerificationScript>> = {},
): (lease: ConnectionLease) => Promise<CredentialVerdict> {
  return async (lease) => {
    const facts = leaseFacts(lease);
    const { credentials_verification_script: name, proxy } = facts.provider;
    const send: SendTest = (call) => sendTest(transport, { ...call, lease });
    const script = name !== undefined && Object.hasOwn(scripts, name) ? scripts[name] : undefined;
    if (script) return verdictOf(await passes(() => script(lease, send)));
    if (!proxy?.verification) return 'untested';
    return verdictOf(await anyPasses(proxy.verification, facts, send));
  };
}

const verdictOf = (passed: boolean): CredentialVerdict => (passed ? 'passed' : 'failed');

async function anyPasses(verification: Verification, facts: LeaseFacts, send: SendTest): Promise<boolean> {
  for (const endpoint of verification.endpoints) {
    if (await passes(() => accepts(send, facts, verification, endpoint))) return true;
  }
  return false;
}

/** Requests that cannot be made with these credentials, or get no answer in time, prove nothing. */
async function passes(test: () => Promise<boolean>): Promise<boolean> {
  try {
    return await test();
  } catch (error) {
    if (error instanceof AppError || (error as Error).name === 'TimeoutError') return false;
    throw error;
  }
}

function sendTest(transport: ProxyTransport, call: ProxyCall): Promise<UpstreamResponse> {
  // A base URL that the catalogue or a script names is no override.
  const request = call.baseUrlOverride === undefined ? transport.build(call) : buildRequest(call, { baseUrlOverride: true });
  return transport.send(request, { signal: AbortSignal.timeout(TEST_TIMEOUT_MS) });
}

async function accepts(
  send: SendTest,
  facts: LeaseFacts,
  { method = 'GET', headers = {}, data, base_url_override: base }: Verification,
  endpoint: string,
): Promise<boolean> {
  const fill = (text: string) => filled(text, facts);
  const sendsData = method === 'POST' && data !== undefined;
  const own = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fill(text)]));
  const response = await send({
    method,
    endpoint: fill(endpoint),
    headers: sendsData ? { 'content-type': 'application/json', ...own } : own,
    body: sendsData
      ? JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? fill(value) : value))
      : undefined,
    baseUrlOverride: base,
  });
  response.discard();
  return response.status >= 200 && response.status < 300;
}

function filled(text: string, facts: LeaseFacts): string {
  const result = fillTemplate(templateOf(text), { lookup: headerLookup(facts), now: new Date(), random: '' });
  return result.ok ? result.value : text;
}
