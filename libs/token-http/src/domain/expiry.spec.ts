import { describe, expect, it } from 'vitest';
import { expiryOfAnswer } from './expiry.js';

const NOW = new Date('2026-11-01T00:00:00Z');

describe('the end of a token', () => {
  it.each([
    [{ expires_in: 3600 }, '2026-11-01T01:00:00.000Z'],
    [{ expires_in: '60' }, '2026-11-01T00:01:00.000Z'],
    [{ expires_at: 1_793_491_200 }, '2026-11-01T00:00:00.000Z'],
    [{ expires_at: '1793491200' }, '2026-11-01T00:00:00.000Z'],
    [{ expires_at: 1_793_491_200_000 }, '2026-11-01T00:00:00.000Z'],
    [{ expires_in: 1e12 }, '9999-12-31T00:00:00.000Z'],
    [{ expires_at: '2027-01-01T00:00:00+01:00', expires_in: 1 }, '2026-12-31T23:00:00.000Z'],
  ])('of %j is %s', (answer, expected) => {
    expect(expiryOfAnswer(answer, NOW)?.toISOString()).toBe(expected);
  });

  it('may be told in milliseconds', () => {
    expect(expiryOfAnswer({ expires_in: 5000 }, NOW, 'milliseconds')?.toISOString()).toBe('2026-11-01T00:00:05.000Z');
  });

  it.each([
    [{}],
    [{ expires_in: 0 }],
    [{ expires_in: null }],
    [{ expires_in: 'soon' }],
    [{ expires_at: 'never' }],
    [{ expires_in: 1e300 }],
  ])('is not told by %j', (answer) => {
    expect(expiryOfAnswer(answer, NOW)).toBeUndefined();
  });
});
