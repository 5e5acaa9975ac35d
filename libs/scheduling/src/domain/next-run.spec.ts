import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRunAfter, nextRunAfterRetiming, nextTick, type RunEnding } from './next-run.js';

const at = (time: string): Date => new Date(`2026-01-05T${time}Z`);
const quarter = { startsAt: at('10:03:20'), frequencyMs: 15 * 60_000 };
const hourly = { ...quarter, frequencyMs: 60 * 60_000 };

/** The worked examples of spec/engine.md §11.1; schedule-phase.int-spec.ts tells the same stories to the whole. */
describe('after a run', () => {
  it.each<[string, RunEnding, string, string]>([
    ['began at creation', 'complete', '10:04:00', '10:18:20'],
    ['ends early in its period', 'complete', '10:04:00', '10:18:20'],
    ['ends exactly on a tick', 'complete', '10:48:20', '10:48:20'],
    ['missed two ticks', 'complete', '10:59:00', '11:03:20'],
    ['was triggered at 11:07', 'complete', '11:07:30', '11:18:20'],
    ['caught up at 12:40 after hours without an orchestrator', 'complete', '12:41:00', '12:48:20'],
    ['was interrupted', 'interrupted', '11:20:00', '11:20:00'],
    ['was lost with its worker', 'lost', '11:20:00', '11:20:00'],
  ])('that %s, the next is due', (_case, ending, now, next) => {
    expect(nextRunAfter(quarter, ending, at(now))).toEqual(at(next));
  });
});

describe('after a change of frequency', () => {
  it('the phase is kept', () => {
    expect(nextRunAfterRetiming(hourly, at('11:18:20'), at('11:05:00'))).toEqual(at('12:03:20'));
  });
  it('a run that is due stays due', () => {
    expect(nextRunAfterRetiming(hourly, at('11:03:20'), at('11:05:00'))).toEqual(at('11:03:20'));
  });
});

describe('a tick', () => {
  it('at creation is creation itself, also by a clock that lags', () => {
    expect(nextTick(quarter, quarter.startsAt)).toEqual(quarter.startsAt);
    expect(nextTick(quarter, at('10:03:19'))).toEqual(quarter.startsAt);
  });
  it('is a whole number of periods after creation, not past, and less than one period away', () => {
    const anyDate = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(
        anyDate,
        fc.integer({ min: 30_000, max: 4e10 }),
        fc.integer({ min: 0, max: 1e12 }),
        (start, frequencyMs, age) => {
          const next = nextTick({ startsAt: new Date(start), frequencyMs }, new Date(start + age)).getTime();
          expect((next - start) % frequencyMs).toBe(0);
          expect(next - (start + age)).toBeGreaterThanOrEqual(0);
          expect(next - (start + age)).toBeLessThan(frequencyMs);
        },
      ),
    );
  });
});
