import { expect, it } from 'vitest';
import { checkSessionToken, hashToken, newSessionToken } from './session-token.js';

it('makes tokens of the documented form, each another', () => {
  const token = newSessionToken();
  expect(checkSessionToken(token)).toBe(token);
  expect(newSessionToken()).not.toBe(token);
  expect(hashToken(token)).toHaveLength(32);
});

it.each([
  '',
  'nango_connect_session_',
  `nango_connect_session_${'A'.repeat(64)}`,
  `x_${'a'.repeat(64)}`,
  `nango_connect_session_${'a'.repeat(65)}`,
])('refuses %j', (token) => {
  expect(() => checkSessionToken(token)).toThrow(expect.objectContaining({ code: 'invalid_connect_session_token_format' }));
});
