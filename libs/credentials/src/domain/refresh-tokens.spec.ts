import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutRefreshTokens } from './refresh-tokens.js';

describe('withoutRefreshTokens', () => {
  it.each(['refresh_token', 'refreshToken', 'RefreshToken', 'refresh-token', 'REFRESH_TOKEN', 'refresh.token2'])(
    'drops %s at any depth',
    (key) => {
      const value = { [key]: 'x', kept: 1, raw: { [key]: 'x', list: [{ [key]: 'x', kept: null }] } };
      expect(withoutRefreshTokens(value)).toEqual({ kept: 1, raw: { list: [{ kept: null }] } });
    },
  );

  it('keeps keys that only contain the words', () => {
    const value = { refresh_token_expires_in: 3600, my_refresh_token: 'x', refresh: 'x' };
    expect(withoutRefreshTokens(value)).toEqual(value);
  });

  it('drops the value of one where a provider calls it otherwise', () => {
    const value = { refresh_token: 'secret', raw: { session: { renewal: 'secret', token: 'x' } }, list: ['x'] };
    expect(withoutRefreshTokens(value)).toEqual({ raw: { session: { token: 'x' } }, list: ['x'] });
  });

  it('leaves everything else as it is', () => {
    const sameAsBefore = fc.property(fc.jsonValue(), (value) => {
      expect(withoutRefreshTokens(value)).toEqual(value);
    });
    fc.assert(sameAsBefore, { numRuns: 50 });
  });
});
