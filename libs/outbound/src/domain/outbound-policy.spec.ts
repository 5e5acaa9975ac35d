import { describe, expect, it } from 'vitest';
import { DEFAULTS, LOOPBACK_OPEN, oauthPolicyOf, policyOf } from '../test-policy.js';
import { decideHost } from './hosts.js';

const DENYLIST = 'NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST';
const POLICY = 'NANGO_OUTBOUND_URL_POLICY';

describe('the outbound policy', () => {
  it('is closed by default', () => {
    expect(DEFAULTS).toMatchObject({
      baseUrlOverride: true,
      blockLoopback: true,
      blockPrivate: true,
      blockLinkLocal: true,
      maxRedirects: 5,
    });
    expect(DEFAULTS.denied.has('metadata.google.internal')).toBe(true);
    expect(DEFAULTS.allowed).toBeNull();
  });

  it('adds listed hosts to the built-in ones', () => {
    const { denied } = policyOf({ [DENYLIST]: '["Internal.Example.com."]' });
    expect([denied.has('internal.example.com'), denied.has('localhost')]).toEqual([true, true]);
  });

  it('drops the built-in names for an empty list, yet keeps every address closed', () => {
    const policy = policyOf({ [DENYLIST]: '[]' });
    expect(policy.denied.size).toBe(0);
    expect(policy).toMatchObject({ blockLoopback: true, blockPrivate: true, blockLinkLocal: true });
  });

  it('opens loopback only for the two words together, and metadata addresses for neither', () => {
    expect(LOOPBACK_OPEN).toMatchObject({ blockLoopback: false, blockPrivate: false, blockLinkLocal: true });
    expect(policyOf({ [POLICY]: '{"mode":"permissive","blockPrivateIps":false}' }).blockLoopback).toBe(true);
    expect(policyOf({ [DENYLIST]: '[]', [POLICY]: '{"blockPrivateIps":false,"mode":"denylist"}' }).blockLoopback).toBe(true);
  });

  it('allows listed hosts and their sub-domains alone in allowlist mode', () => {
    const policy = policyOf({ [POLICY]: '{"mode":"allowlist","allowlist":[".example.com","api.stripe.com"]}' });
    const allowed = (url: string) => decideHost(url, policy).allowed;
    expect(['https://example.com', 'https://a.b.example.com', 'https://api.stripe.com/v1'].map(allowed)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['https://notexample.com', 'https://stripe.com', 'https://evil.com/example.com'].map(allowed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    [DENYLIST, 'localhost'],
    [DENYLIST, '{"a":1}'],
    [POLICY, '{"mode":"open"}'],
    [POLICY, '{"mode":"allowlist"}'],
    [POLICY, '{"mode":"allowlist","allowlist":[]}'],
    [POLICY, '{"blockPrivateIp":false}'],
  ])('refuses to start with %s=%s', (name, value) => {
    expect(() => policyOf({ [name]: value })).toThrow(name);
  });
});

describe('the policy of requests for tokens', () => {
  const OAUTH = 'NANGO_OUTBOUND_URL_POLICY_OAUTH';

  it('is closed by default, and keeps the built-in names where others may call them', () => {
    expect(oauthPolicyOf()).toMatchObject({ blockLoopback: true, blockPrivate: true, blockLinkLocal: true, maxRedirects: 5 });
    expect(oauthPolicyOf({ [DENYLIST]: '[]' }).denied.has('localhost')).toBe(true);
  });

  it('lies over the policy of all others, field by field; deny lists add up', () => {
    const policy = oauthPolicyOf({
      [POLICY]: '{"maxRedirects":2,"blockPrivateIps":true,"denylist":["a.example.com"]}',
      [OAUTH]: '{"blockPrivateIps":false,"denylist":["b.example.com"]}',
    });
    expect(policy).toMatchObject({ maxRedirects: 2, blockPrivate: false, blockLoopback: true });
    expect(['a.example.com', 'b.example.com', 'localhost'].map((host) => policy.denied.has(host))).toEqual([true, true, true]);
  });

  it('opens loopback when its own variable says both words, or when everything is open, and metadata addresses for neither', () => {
    const open = '{"mode":"permissive","blockPrivateIps":false}';
    expect(oauthPolicyOf({ [OAUTH]: open })).toMatchObject({ blockLoopback: false, blockLinkLocal: true });
    expect(oauthPolicyOf({ [POLICY]: open, [DENYLIST]: '[]' }).blockLoopback).toBe(false);
    expect(oauthPolicyOf({ [POLICY]: open }).blockLoopback).toBe(true);
    expect(oauthPolicyOf({ [OAUTH]: '{"mode":"permissive"}' }).blockLoopback).toBe(true);
  });

  it('opens nothing for the others', () => {
    expect(policyOf({ [OAUTH]: '{"mode":"permissive","blockPrivateIps":false}' } as Record<string, string>)).toEqual(DEFAULTS);
  });
});
