import type { ConnectionLease } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import { fillTemplate, type Provider, templateOf } from '#libs/providers';
import { buildRequest, type ProxyCall } from './domain/build-request.js';
import { type LeaseFacts, leaseFacts } from './domain/lease-facts.js';
import { headerLookup } from './domain/scope.js';
import type { ProxyTransport } from './transport.js';

/** `untested`: the catalogue names no request that would tell. */
export type CredentialVerdict = 'passed' | 'failed' | 'untested';

type Verification = NonNullable<NonNullable<Provider['proxy']>['verification']>;

const TEST_TIMEOUT_MS = 10_000;

/**
 * Makes the test of new credentials (spec/auth.md §2.4): the catalogue's verification requests are sent one after the other, and
 * the first 2xx answer passes them. A provider that cannot be reached passes nobody.
 */
export function credentialTester(transport: ProxyTransport): (lease: ConnectionLease) => Promise<CredentialVerdict> {
  return async (lease) => {
    const facts = leaseFacts(lease);
    const verification = facts.provider.proxy?.verification;
    if (!verification) return 'untested';
    for (const endpoint of verification.endpoints) {
      if (await accepts(transport, lease, facts, verification, endpoint)) return 'passed';
    }
    return 'failed';
  };
}

async function accepts(
  transport: ProxyTransport,
  lease: ConnectionLease,
  facts: LeaseFacts,
  { method = 'GET', headers = {}, data, base_url_override: base }: Verification,
  endpoint: string,
): Promise<boolean> {
  const fill = (text: string) => filled(text, facts);
  const sendsData = method === 'POST' && data !== undefined;
  const own = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fill(text)]));
  try {
    const call: ProxyCall = {
      lease,
      method,
      endpoint: fill(endpoint),
      headers: sendsData ? { 'content-type': 'application/json', ...own } : own,
      body: sendsData
        ? JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? fill(value) : value))
        : undefined,
      baseUrlOverride: base,
    };
    // A base URL that the catalogue names is no override.
    const request = base === undefined ? transport.build(call) : buildRequest(call, { baseUrlOverride: true });
    const response = await transport.send(request, { signal: AbortSignal.timeout(TEST_TIMEOUT_MS) });
    response.discard();
    return response.status >= 200 && response.status < 300;
  } catch (error) {
    if (error instanceof AppError || (error as Error).name === 'TimeoutError') return false;
    throw error;
  }
}

function filled(text: string, facts: LeaseFacts): string {
  const result = fillTemplate(templateOf(text), { lookup: headerLookup(facts), now: new Date(), random: '' });
  return result.ok ? result.value : text;
}
