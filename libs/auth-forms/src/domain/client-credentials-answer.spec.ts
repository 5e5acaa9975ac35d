import { describe, expect, it } from 'vitest';
import { grantedToken } from './client-credentials-answer.js';

const NOW = new Date('2026-11-26T10:00:00.000Z');
const granted = (answer: Record<string, unknown>, unit?: 'milliseconds') => grantedToken(answer, { expires_in_unit: unit }, NOW);

describe('the token of a client', () => {
  it.each([
    [{ access_token: 'a', expires_in: 60 }, 'a', '2026-11-26T10:01:00.000Z'],
    [{ access_token: 'a', expires_in: '60' }, 'a', '2026-11-26T10:01:00.000Z'],
    [{ access_token: 'a', expires_at: '2026-11-26T12:00:00Z', expires_in: 60 }, 'a', '2026-11-26T12:00:00.000Z'],
    [{ data: { token: 'd', expires_in: 60 } }, 'd', '2026-11-26T10:01:00.000Z'],
    [{ jwt: 'j' }, 'j', '2026-11-26T10:55:00.000Z'],
    [{ access_token: 'a', expires_in: 0 }, 'a', '2026-11-26T10:55:00.000Z'],
  ])('is in %j', (answer, token, end) => {
    expect(granted(answer)).toEqual({ token, expires_at: end });
  });

  it('may count its life in milliseconds', () => {
    expect(granted({ access_token: 'a', expires_in: 90_000 }, 'milliseconds')?.expires_at).toBe('2026-11-26T10:01:30.000Z');
  });

  it.each([{}, { access_token: '' }, { token: 'x' }, { data: 'x' }])('is not in %j', (answer) => {
    expect(granted(answer)).toBeUndefined();
  });
});
