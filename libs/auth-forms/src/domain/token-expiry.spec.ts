import { describe, expect, it } from 'vitest';
import { tokenExpiry } from './token-expiry.js';

const NOW = new Date('2026-11-26T10:00:00.000Z');
const jwtUntil = (time: string) =>
  `e30.${Buffer.from(JSON.stringify({ exp: Date.parse(time) / 1000 })).toString('base64url')}.sig`;

const told = (strategy: 'expireAt' | 'expireIn' | undefined, value: unknown, lifetime?: number, token = 'opaque') =>
  tokenExpiry(
    {
      token_response: { token: 't', token_expiration: 'a.end', token_expiration_strategy: strategy },
      token_expires_in_ms: lifetime,
    },
    { a: { end: value } },
    { token },
    NOW,
  )?.toISOString();

const FOREVER = '2125-11-27T';

describe('a token ends', () => {
  it.each([
    ['a date', 'expireAt', '2026-11-27T00:00:00Z', '2026-11-27T00:00:00.000Z'],
    ['a date, by default', undefined, '2026-11-27T00:00:00+01:00', '2026-11-26T23:00:00.000Z'],
    ['seconds since the epoch', 'expireAt', 1_795_773_600, '2026-11-27T10:00:00.000Z'],
    ['milliseconds since the epoch, as text', 'expireAt', '1795773600000', '2026-11-27T10:00:00.000Z'],
    ['days, hours and minutes', 'expireAt', '1:02:30', '2026-11-27T12:30:00.000Z'],
    ['no days, hours and minutes', 'expireAt', '0:04:00', '2026-11-26T14:00:00.000Z'],
    ['seconds', 'expireIn', 3600, '2026-11-26T11:00:00.000Z'],
    ['seconds as text', 'expireIn', ' 3600 ', '2026-11-26T11:00:00.000Z'],
    ['a duration', 'expireIn', '1h', '2026-11-26T11:00:00.000Z'],
    ['another duration', 'expireIn', '15 minutes', '2026-11-26T10:15:00.000Z'],
    ['the end of all dates', 'expireIn', 1e15, '9999-12-31T00:00:00.000Z'],
  ] as const)('when its answer says so: %s', (_what, strategy, value, expected) => {
    expect(told(strategy, value)).toBe(expected);
  });

  it.each([
    ['expireIn', undefined],
    ['expireIn', ''],
    ['expireIn', 0],
    ['expireIn', -5],
    ['expireIn', 'soon'],
    ['expireIn', 'x'.repeat(200)],
    ['expireIn', { nested: 1 }],
    ['expireAt', 'tomorrow'],
    ['expireAt', 0],
    ['expireAt', '1:2'],
  ] as const)('as if its answer said nothing where it says %s %j', (strategy, value) => {
    expect(told(strategy, value, 60_000)).toBe('2026-11-26T10:01:00.000Z');
    expect(told(strategy, value)).toContain(FOREVER);
  });

  it('after the catalogue’s lifetime, or never', () => {
    const jwt = jwtUntil('2026-11-26T12:00:00Z');
    expect(told('expireIn', undefined, 3_600_000, jwt)).toBe('2026-11-26T11:00:00.000Z');
    expect(told('expireIn', undefined, 0, jwt)).toBeUndefined();
  });

  it('a quarter of an hour before it says so itself, or its refresh token does', () => {
    const jwt = jwtUntil('2026-11-26T12:00:00Z');
    expect(tokenExpiry({}, {}, { token: jwt }, NOW)?.toISOString()).toBe('2026-11-26T11:45:00.000Z');
    expect(tokenExpiry({}, {}, { token: 'opaque', refreshToken: jwt }, NOW)?.toISOString()).toBe('2026-11-26T11:45:00.000Z');
  });

  it.each(['opaque', 'a.b.c', 'e30.e30.x', `e30.${Buffer.from('{"exp":"soon"}').toString('base64url')}.x`])(
    'long after all of us where nothing tells: %s',
    (token) => {
      expect(tokenExpiry({}, {}, { token }, NOW)?.toISOString()).toContain(FOREVER);
    },
  );
});
