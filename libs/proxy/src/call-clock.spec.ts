import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallClock } from './call-clock.js';

beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
);
afterEach(() => void vi.useRealTimers());

const clockOf = (totalMs: number, caller?: AbortSignal) => {
  const clock = new CallClock(caller, 'GET', totalMs);
  const heard = vi.fn<() => void>();
  clock.addEventListener('abort', heard, { once: true });
  return { clock, heard };
};

describe('the clock of a call', () => {
  it('ends it when its time is up, as a time-out', () => {
    const { clock, heard } = clockOf(1_000);
    clock.start();
    vi.advanceTimersByTime(999);
    expect([clock.aborted, heard.mock.calls.length]).toEqual([false, 0]);
    vi.advanceTimersByTime(1);
    expect([clock.aborted, heard.mock.calls.length]).toEqual([true, 1]);
    expect(clock.reason).toMatchObject({ code: 'upstream_unreachable', payload: { code: 'ETIMEDOUT', method: 'GET' } });
  });

  it('stands still while there is an answer, and counts that time all the same', () => {
    const { clock } = clockOf(1_000);
    clock.start();
    clock.stop();
    vi.advanceTimersByTime(800);
    expect([clock.aborted, clock.leftMs]).toEqual([false, 200]);
    clock.start();
    vi.advanceTimersByTime(200);
    expect(clock.aborted).toBe(true);
  });

  it('is up at once where it is started too late, and never where there is no bound', () => {
    const late = clockOf(10);
    vi.advanceTimersByTime(11);
    late.clock.start();
    expect(late.clock.aborted).toBe(true);
    const free = clockOf(Number.POSITIVE_INFINITY);
    free.clock.start();
    expect([vi.getTimerCount(), free.clock.leftMs]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('shares a timer with others where its time is long', () => {
    const all = [20_000, 60_000, 60_000].map((totalMs) => clockOf(totalMs));
    for (const { clock } of all) clock.start();
    expect(vi.getTimerCount()).toBe(1);
    all[2]?.clock.stop();
    vi.advanceTimersByTime(20_100);
    expect(all.map(({ clock }) => clock.aborted)).toEqual([true, false, false]);
    vi.advanceTimersByTime(60_000);
    expect(all.map(({ heard }) => heard.mock.calls.length)).toEqual([1, 1, 0]);
    vi.advanceTimersByTime(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells all who listen, though some stop listening at that', () => {
    const { clock, heard } = clockOf(1_000);
    const first = vi.fn<() => void>(() => clock.removeEventListener('abort', first));
    clock.removeEventListener('abort', heard);
    clock.addEventListener('abort', first);
    clock.addEventListener('abort', heard);
    clock.start();
    vi.advanceTimersByTime(1_000);
    expect([first.mock.calls.length, heard.mock.calls.length]).toEqual([1, 1]);
  });

  it('ends with its caller, for the caller’s reason', () => {
    const gone = new AbortController();
    const { clock, heard } = clockOf(1_000, gone.signal);
    const reason = new Error('gone');
    gone.abort(reason);
    expect([clock.aborted, clock.reason, clock.late, heard.mock.calls.length]).toEqual([true, reason, undefined, 1]);
  });

  it('tells nobody who has stopped listening', () => {
    const gone = new AbortController();
    const { clock, heard } = clockOf(1_000, gone.signal);
    clock.removeEventListener('abort', heard);
    clock.start();
    vi.advanceTimersByTime(1_000);
    gone.abort();
    expect(heard).not.toHaveBeenCalled();
  });
});

describe('a value that is waited for', () => {
  it('comes, or the call ends before', async () => {
    const { clock } = clockOf(1_000);
    clock.start();
    expect(await clock.until(Promise.resolve(1))).toBe(1);
    const never = clock.until(new Promise(() => undefined));
    const refused = expect(never).rejects.toMatchObject({ payload: { code: 'ETIMEDOUT' } });
    vi.advanceTimersByTime(1_000);
    await refused;
    await expect(clock.until(Promise.resolve(1))).rejects.toMatchObject({ payload: { code: 'ETIMEDOUT' } });
  });
});
