import { describe, expect, it } from 'vitest';
import { DEFAULTS, LOOPBACK_OPEN, policyOf } from '../test-policy.js';
import { decideHost } from './hosts.js';

const isAllowed = (url: string, policy = DEFAULTS) => decideHost(url, policy).allowed;

describe('a URL', () => {
  it.each([
    'https://api.github.com',
    'http://example.com:8080/a?b',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://EXAMPLE.com./',
  ])('%s may be called', (url) => expect(isAllowed(url)).toBe(true));

  it.each([
    'https://localhost/',
    'https://LOCALHOST./',
    'http://127.0.0.1:3003/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[64:ff9b:1::10.0.0.1]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://metadata.google.internal/',
    'http://METADATA.google.internal./',
    'http://１２７.0.0.1/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://[fc00::1]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[2001::1]/',
    'http://224.0.0.1/',
    'http://[ff02::1]/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://192.0.0.8/',
    'http://198.18.0.1/',
    'http://203.0.113.5/',
    'http://[2001:db8::1]/',
  ])('%s leads inside', (url) => expect(isAllowed(url)).toBe(false));

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:secret@example.com/',
    'https://example.com@evil.com/',
    'https://exa\nmple.com/',
    'https://example.com/\r\nx-header: 1',
    'https://example .com/',
    'https://',
    'example.com',
    '',
  ])('%j is none to call', (url) => expect(isAllowed(url)).toBe(false));

  it('says why', () => {
    expect(decideHost('http://10.0.0.1/', DEFAULTS)).toEqual({ allowed: false, reason: '10.0.0.1 is a private address' });
  });

  it('may lead to loopback and private addresses where the operator opens them, never to metadata or multicast ones', () => {
    const urls = ['http://localhost:1/', 'http://127.0.0.1:1/', 'http://[::1]/', 'http://10.0.0.1/', 'http://[fd12::1]/'];
    expect(urls.map((url) => isAllowed(url, LOOPBACK_OPEN))).toEqual([true, true, true, true, true]);
    const closed = ['http://169.254.169.254/', 'http://[fd00:ec2::254]/', 'http://224.0.0.1/', 'http://0.0.0.0/', 'http://[::]/'];
    expect(closed.map((url) => isAllowed(url, LOOPBACK_OPEN))).toEqual([false, false, false, false, false]);
  });

  it('that is denied by an address is denied in all of its spellings', () => {
    const policy = policyOf({ NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '["8.8.8.8","[2606:4700::1111]"]' });
    const urls = ['http://8.8.8.8/', 'http://134744072/', 'http://0x08080808/', 'http://[2606:4700:0:0::1111]/'];
    expect(urls.map((url) => isAllowed(url, policy))).toEqual([false, false, false, false]);
  });
});
