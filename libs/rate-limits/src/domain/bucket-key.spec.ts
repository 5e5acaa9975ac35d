import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionLease } from '#libs/contracts';
import { bucketOf, callerIn } from './bucket-key.js';

const lease = (connectionId: string, custom: Record<string, string> = {}, provider = 'crm'): ConnectionLease => ({
  connection: { connection_id: connectionId },
  provider: {},
  integration: { uniqueKey: 'crm', provider, clientId: null, clientSecret: null, custom },
});
const at = (path: string, origin = 'https://api.example.com') => ({ origin, path });
/** Another word for each number. */
const letters = (number: number): string => String(number).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] as string);

describe('a bucket', () => {
  it('is a connection’s own', () => {
    const [one, other] = [lease('a'), lease('b')];
    expect(bucketOf(1, one, at('/x'))).toBe(bucketOf(1, lease('a'), at('/y?z=1')));
    expect(bucketOf(1, one, at('/x'))).not.toBe(bucketOf(1, other, at('/x')));
    expect(bucketOf(1, lease('a'), at('/x'))).not.toBe(bucketOf(2, lease('a'), at('/x')));
  });

  it('is shared by an integration’s connections where the limit is the app’s; they take turns', () => {
    const custom = { rateLimitScope: 'integration' };
    expect(bucketOf(1, lease('a', custom), at('/x'))).toBe(bucketOf(1, lease('b', custom), at('/x')));
    expect(callerIn(1, lease('a', custom), 'proxy')).not.toBe(callerIn(1, lease('b', custom), 'proxy'));
    expect(callerIn(1, lease('a'), 'proxy')).toBe('proxy');
  });

  it.each([
    ['github-pat', '/search/issues?q=x', 'search'],
    ['github', '/search/code', 'code_search'],
    ['github-app', '/graphql', 'graphql'],
    ['github', '/repos/a/search/', 'core'],
    ['crm', '/search/issues', 'all'],
  ])('of %s at %s is its class %s', (provider, path, name) => {
    expect(
      bucketOf(1, lease('a', {}, provider), at(path))
        .split(':')
        .at(-1),
    ).toBe(name);
  });

  it('is one per method with Slack, and per rule of the integration', () => {
    const slack = lease('a', {}, 'slack');
    expect(bucketOf(1, slack, at('/api/chat.postMessage'))).not.toBe(bucketOf(1, slack, at('/api/users.list?limit=1')));
    const own = lease('a', { rateLimitClasses: 'bulk=/v1/bulk, search=/v1/search' }, 'github');
    expect(['/v1/bulk/x', '/v1/search', '/graphql'].map((path) => bucketOf(1, own, at(path)).split(':').at(-1))).toEqual([
      'bulk',
      'search',
      'all',
    ]);
  });

  it('has a name that a key can hold, and there are few of them, whatever callers ask for', () => {
    const slack = lease('{"}[]:', {}, 'slack');
    const names = new Set<string>();
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (host, method) => {
        const name = bucketOf(1, slack, at(`/api/${letters(method)}.${letters(method)}`, `https://h${host}.example`));
        expect(name).toMatch(/^1:[\w-]{22}:\d+:\w+$/);
        names.add(name);
      }),
      { numRuns: 500 },
    );
    expect(names.size).toBeLessThanOrEqual(16 * 65);
  });
});
