import { expect, it } from 'vitest';
import { refusalOf } from './refusal.js';

it('says what the function said', () => {
  expect(refusalOf({ payload: { message: 'this account is read-only' } })).toBe('this account is read-only');
  expect(refusalOf({ payload: { error: 'no such site' } })).toBe('no such site');
  expect(refusalOf({ payload: { message: 'first', error: 'second' } })).toBe('first');
});

it.each([undefined, null, 'text', {}, { message: 5 }, { message: '  ', error: null }, []])(
  'says something of its own for %j',
  (payload) => {
    expect(refusalOf({ payload })).toContain('could not be validated');
  },
);

it('does not pass on a book', () => {
  expect(refusalOf({ payload: { message: 'x'.repeat(5_000) } })).toHaveLength(1_000);
});
