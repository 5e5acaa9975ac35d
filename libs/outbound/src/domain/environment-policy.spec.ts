import { describe, expect, it } from 'vitest';
import { urlPolicy } from '#libs/contracts';
import { DEFAULTS, LOOPBACK_OPEN, oauthPolicyOf, policyOf } from '../test-policy.js';
import { decideHost } from './hosts.js';
import { overlaid } from './outbound-policy.js';

const OPEN = { mode: 'permissive', blockPrivateIps: false } as const;

describe('the policy of an environment', () => {
  it('that says nothing changes nothing', () => {
    for (const server of [DEFAULTS, LOOPBACK_OPEN, oauthPolicyOf()]) expect(overlaid(server, {})).toEqual(server);
  });

  it('opens private addresses and nothing else', () => {
    const policy = overlaid(DEFAULTS, { blockPrivateIps: false });
    expect(policy).toMatchObject({ blockPrivate: false, blockLoopback: true, blockLinkLocal: true });
    expect(policy.denied.has('localhost')).toBe(true);
  });

  it('opens loopback where it says both words, as for tokens', () => {
    expect(overlaid(DEFAULTS, OPEN)).toMatchObject({ blockPrivate: false, blockLoopback: false, blockLinkLocal: true });
    expect(overlaid(DEFAULTS, { mode: 'permissive' }).blockLoopback).toBe(true);
  });

  it('closes what the server has open: private addresses, and loopback with them', () => {
    expect(overlaid(LOOPBACK_OPEN, { blockPrivateIps: true })).toMatchObject({ blockPrivate: true, blockLoopback: true });
    const closed = overlaid(LOOPBACK_OPEN, { mode: 'denylist' });
    expect([closed.blockLoopback, closed.denied.has('localhost')]).toEqual([true, true]);
  });

  it('adds to the deny list, also where the server has none', () => {
    const listed = policyOf({ NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '["a.example"]' });
    const { denied } = overlaid(listed, { denylist: ['B.Example.'] });
    expect(['a.example', 'b.example', 'localhost'].map((host) => denied.has(host))).toEqual([true, true, true]);
    expect(decideHost('https://b.example', overlaid(LOOPBACK_OPEN, { denylist: ['b.example'] })).allowed).toBe(false);
  });

  it('narrows to a list of its own, which replaces the server’s', () => {
    const server = policyOf({ NANGO_OUTBOUND_URL_POLICY: '{"mode":"allowlist","allowlist":["a.example"]}' });
    const calls = (own: Parameters<typeof overlaid>[1]) =>
      ['https://a.example', 'https://b.example'].map((url) => decideHost(url, overlaid(server, own)).allowed);
    expect(calls({})).toEqual([true, false]);
    expect(calls({ allowlist: ['.b.example'] })).toEqual([false, true]);
    expect(calls({ mode: 'allowlist', allowlist: ['b.example'] })).toEqual([false, true]);
    expect(calls({ mode: 'denylist' })).toEqual([true, true]);
  });

  it('counts redirects its own way, and takes the server’s way out', () => {
    const server = policyOf({ HTTPS_PROXY: 'http://proxy:1' });
    expect(overlaid(server, { maxRedirects: 0 })).toMatchObject({ maxRedirects: 0, egress: server.egress });
  });

  it.each([
    [{ mode: 'open' }, 'mode'],
    [{ mode: 'allowlist' }, 'allowlist'],
    [{ mode: 'allowlist', allowlist: [] }, 'allowlist'],
    [{ denylist: ['https://a.example'] }, 'denylist'],
    [{ denylist: ['*.a.example'] }, 'denylist'],
    [{ allowlist: [''] }, 'allowlist'],
    [{ maxRedirects: 21 }, 'maxRedirects'],
    [{ blockPrivateIps: 'yes' }, 'blockPrivateIps'],
  ])('%j is none: %s', (given, field) => {
    expect(urlPolicy.safeParse(given).error?.issues[0]?.path[0]).toBe(field);
  });

  it('has no other fields', () => {
    expect(urlPolicy.safeParse({ blockPrivateIp: false }).error?.issues[0]?.message).toContain('blockPrivateIp');
  });
});
