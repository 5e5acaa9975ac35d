import { describe, expect, it } from 'vitest';
import { isSigned, signPath } from './signed-path.js';

describe('a signed object path', () => {
  const query = new URLSearchParams(signPath('code/ab/abc', 1000, 'secret'));
  const signature = query.get('signature') ?? '';

  it('opens its object until it expires', () => {
    expect(isSigned('code/ab/abc', 1000, signature, 'secret', 999_999)).toBe(true);
    expect(isSigned('code/ab/abc', 1000, signature, 'secret', 1_000_000)).toBe(false);
  });

  it('opens no other object, for no longer, and under no other secret', () => {
    expect(isSigned('code/ab/abd', 1000, signature, 'secret', 0)).toBe(false);
    expect(isSigned('code/ab/abc', 2000, signature, 'secret', 0)).toBe(false);
    expect(isSigned('code/ab/abc', 1000, signature, 'other', 0)).toBe(false);
    expect(isSigned('code/ab/abc', Number.NaN, signature, 'secret', 0)).toBe(false);
    expect(isSigned('code/ab/abc', 1000, '', 'secret', 0)).toBe(false);
  });
});
