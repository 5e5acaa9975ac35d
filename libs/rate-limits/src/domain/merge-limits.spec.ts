import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LearntLimits } from '#libs/contracts';
import { mergeLimits } from './merge-limits.js';

const learnt = (more: Partial<LearntLimits>) => ({ ageMs: 0, learnt: { low: false, ...more } });

describe('two observations of a bucket', () => {
  it('of one window leave the smaller rest', () => {
    expect(
      mergeLimits(learnt({ remaining: 3, resetsInMs: 900 }), learnt({ remaining: 7, resetsInMs: 1_000 })).learnt.remaining,
    ).toBe(3);
  });

  it('of two windows leave what the later window has', () => {
    const [old, fresh] = [learnt({ remaining: 0, resetsInMs: 100, low: true }), learnt({ remaining: 9, resetsInMs: 60_000 })];
    expect(mergeLimits(old, fresh).learnt).toMatchObject({ remaining: 9, low: true });
    expect(mergeLimits(fresh, old).learnt).toMatchObject({ remaining: 9, low: true });
  });

  it('never forget a refusal, nor shorten it', () => {
    const wait = fc.option(fc.nat(10_000), { nil: undefined });
    fc.assert(
      fc.property(wait, wait, fc.nat(), (one, other, remaining) => {
        const merged = mergeLimits(learnt({ blockedForMs: one, remaining }), learnt({ blockedForMs: other }));
        expect(merged.learnt.blockedForMs ?? -1).toBe(Math.max(one ?? -1, other ?? -1));
      }),
    );
  });
});
