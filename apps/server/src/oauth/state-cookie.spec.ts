import { expect, it } from 'vitest';
import { clearedStateCookie, showsState, stateCookie } from './state-cookie.js';

it('marks a browser for an hour, in frames too where there is https', () => {
  expect(stateCookie('s', false)).toBe('oauth2-s=1; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax');
  expect(stateCookie('s', true)).toBe('oauth2-s=1; Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=None');
  expect(clearedStateCookie('s', false)).toContain('Max-Age=0');
});

it('is found among other cookies, whole', () => {
  expect(showsState('a=b; oauth2-s=1', 's')).toBe(true);
  expect(showsState('oauth2-s=1', 's')).toBe(true);
  expect(showsState('oauth2-s2=1; oauth2-s=', 's')).toBe(false);
  expect(showsState(undefined, 's')).toBe(false);
});
