import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BACKSTOP_MS, rowState, SURE_MS } from './row-life.js';

const NEVER = 0;

it('a row is used for less than a second where nothing is proven', () => {
  expect(rowState(5_000, NEVER, BACKSTOP_MS, 5_000)).toBe('good');
  expect(rowState(5_000, NEVER, BACKSTOP_MS, 5_000 + SURE_MS - 50)).toBe('ending');
  expect(rowState(5_000, NEVER, BACKSTOP_MS, 5_000 + SURE_MS)).toBe('over');
});

it('a row is good as long as it is proven that no change was missed', () => {
  for (let now = 5_000; now < 5_000 + BACKSTOP_MS * 0.9; now += 100) {
    expect(rowState(5_000, now - 500, BACKSTOP_MS, now)).toBe('good');
  }
});

it('a row ends at the backstop whatever is proven, and is read again before that', () => {
  const end = 5_000 + BACKSTOP_MS;
  expect(rowState(5_000, end, BACKSTOP_MS, end - 1_000)).toBe('ending');
  expect(rowState(5_000, end, BACKSTOP_MS, end)).toBe('over');
});

it('a change that is not heard counts within a second, whenever the last proof was', () => {
  const times = fc.record({ readAt: fc.nat(100_000), proof: fc.nat(100_000), later: fc.nat(100_000), kept: fc.nat(100_000) });
  fc.assert(
    fc.property(times, ({ readAt, proof, later, kept }) => {
      // Nothing that happened before the read or the proof is missed, so the change came after both.
      const changedAt = Math.max(readAt, proof);
      const now = changedAt + later;
      return later < 1_000 || rowState(readAt, proof, kept, now) === 'over';
    }),
  );
});
