import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WaitingRuns } from './waiting-runs.js';

const NEVER = new AbortController().signal;

describe('runs that wait', () => {
  const begun: string[] = [];
  let room = 0;
  const makePlace = vi.fn<() => void>();
  const takes =
    (name: string, needed = 1) =>
    () => {
      if (needed > room) return false;
      room -= needed;
      begun.push(name);
      return true;
    };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    begun.length = 0;
    room = 0;
    makePlace.mockReset();
  });
  afterEach(() => void vi.useRealTimers());

  it('begin at once where there is room', async () => {
    room = 1;
    await new WaitingRuns(makePlace).begin(takes('a'), NEVER);
    expect(begun).toEqual(['a']);
  });

  it('begin in the order they came, as many as there is room for, and no newcomer before them', async () => {
    const line = new WaitingRuns(makePlace);
    const all = ['a', 'b', 'c'].map((name) => line.begin(takes(name), NEVER));
    room = 2;
    line.serve();
    expect(begun).toEqual(['a', 'b']);
    room = 1;
    all.push(line.begin(takes('d'), NEVER));
    expect(begun).toEqual(['a', 'b', 'c']);
    room = 1;
    line.serve();
    await Promise.all(all);
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('pass one that needs more than there is, but not for long', async () => {
    const line = new WaitingRuns(makePlace);
    const large = line.begin(takes('large', 3), NEVER);
    room = 2;
    await line.begin(takes('small'), NEVER);
    expect([begun, makePlace.mock.calls.length]).toEqual([['small'], 0]);
    vi.advanceTimersByTime(2_001);
    const next = line.begin(takes('next'), NEVER);
    expect([begun, makePlace.mock.calls.length]).toEqual([['small'], 1]);
    room = 4;
    line.serve();
    await Promise.all([large, next]);
    expect(begun).toEqual(['small', 'large', 'next']);
  });

  it('do not wait for one whose place cannot be made', async () => {
    const line = new WaitingRuns(makePlace);
    void line.begin(takes('too large', 3), NEVER);
    room = 2;
    await line.begin(takes('small'), NEVER);
    vi.advanceTimersByTime(5_001);
    await line.begin(takes('another'), NEVER);
    expect([begun, makePlace.mock.calls.length]).toEqual([['small', 'another'], 1]);
  });

  it('leave the line when they are cancelled', async () => {
    const line = new WaitingRuns(makePlace);
    const controller = new AbortController();
    const cancelled = line.begin(takes('cancelled'), controller.signal);
    const next = line.begin(takes('next'), NEVER);
    controller.abort();
    await cancelled;
    await line.begin(takes('too late'), controller.signal);
    room = 1;
    line.serve();
    await next;
    expect(begun).toEqual(['next']);
  });
});
