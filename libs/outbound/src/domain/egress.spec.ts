import { describe, expect, it } from 'vitest';
import { policyOf } from '../test-policy.js';
import { egressProxyOf } from './egress.js';
import type { Egress } from './egress.types.js';

const BOTH = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'http://plain:3128' };
const egressOf = (env: Parameters<typeof policyOf>[0]) => policyOf(env).egress;
const passes = (origin: string, exceptions: string) =>
  egressProxyOf(origin, egressOf({ ...BOTH, NO_PROXY: exceptions }) as Egress) === undefined;

describe('egress proxies', () => {
  it('are none where no variable names one', () => {
    expect([egressOf({}), egressOf({ NO_PROXY: '*' }), egressOf({ HTTPS_PROXY: '' })]).toEqual([null, null, null]);
  });

  it('are one for each scheme', () => {
    const egress = egressOf(BOTH) as Egress;
    expect(egressProxyOf('https://a.example', egress)).toBe('http://secure:3128');
    expect(egressProxyOf('http://a.example', egress)).toBe('http://plain:3128');
    const one = egressOf({ HTTPS_PROXY: 'http://secure:3128' }) as Egress;
    expect(egressProxyOf('http://a.example', one)).toBeUndefined();
  });

  it('may be spelt in lower case, which counts where both are', () => {
    expect(egressOf({ ...BOTH, https_proxy: 'http://lower:1', no_proxy: 'b.example', NO_PROXY: 'a.example' })).toMatchObject({
      https: 'http://lower:1',
      http: 'http://plain:3128',
      exceptions: [{ host: 'b.example' }],
    });
  });

  it('may be a bare host and port, as other programs take them', () => {
    expect(egressOf({ HTTPS_PROXY: 'proxy.corp:3128' })?.https).toBe('http://proxy.corp:3128');
  });

  it.each(['socks5://proxy:1080', 'ftp://proxy', 'http://?secret', 'http://a b'])(
    '%j is none, which is said without quoting it',
    (value) => {
      expect(() => egressOf({ HTTPS_PROXY: value })).toThrow('HTTPS_PROXY: must be http://host:port or https://host:port');
      expect(() => egressOf({ HTTPS_PROXY: value })).not.toThrow(value);
    },
  );

  it('are never asked for loopback, which would be theirs', () => {
    const egress = egressOf(BOTH) as Egress;
    const origins = [
      'http://localhost:1',
      'https://api.localhost',
      'http://127.0.0.1:1',
      'http://[::1]',
      'http://[::ffff:127.0.0.1]',
    ];
    expect(origins.map((origin) => egressProxyOf(origin, egress))).toEqual(origins.map(() => undefined));
  });
});

describe('what goes past the egress proxy', () => {
  it.each([
    ['https://a.example', 'a.example'],
    ['https://A.EXAMPLE.', 'a.example'],
    ['https://a.example', 'b.example, a.example'],
    ['https://a.example', 'b.example a.example'],
    ['https://sub.a.example', 'a.example'],
    ['https://sub.a.example', '.a.example'],
    ['https://a.example', '.a.example'],
    ['https://sub.a.example', '*.a.example'],
    ['https://a.example:8443', 'a.example'],
    ['https://a.example:8443', 'a.example:8443'],
    ['https://a.example', 'a.example:443'],
    ['http://a.example', 'a.example:80'],
    ['https://a.example', '*'],
    ['https://a.example', 'none.example,*'],
    ['https://a.example', '*:443'],
    ['https://10.1.2.3', '10.1.2.3'],
    ['https://10.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3:8443', '10.0.0.0/8'],
    ['https://[fd00::1]', 'fd00::1'],
    ['https://[fd00::1]', '[fd00::1]'],
    ['https://[fd00:0::1]:8443', '[fd00::1]:8443'],
    ['https://[fd00::1]', 'fd00::/8'],
  ])('%s with NO_PROXY=%s', (origin, exceptions) => expect(passes(origin, exceptions)).toBe(true));

  it.each([
    ['https://a.example', ''],
    ['https://a.example', ' , '],
    ['https://nota.example', 'a.example'],
    ['https://a.example', '*.a.example'],
    ['https://a.example', 'sub.a.example'],
    ['https://a.example', 'a.example:8443'],
    ['https://a.example:8443', 'a.example:443'],
    ['https://a.example', '*:80'],
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', 'fd00::/8'],
    ['https://10.1.2.3', '10.0.0.0/99'],
    ['https://[fd00::1]', '[fd00::2]'],
    ['https://10.1.2.3.example', '10.0.0.0/8'],
  ])('not %s with NO_PROXY=%j', (origin, exceptions) => expect(passes(origin, exceptions)).toBe(false));
});
