import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTime } from './in-time.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const late = () => 'late';
const never = new Promise<never>(() => undefined);

it('gives what the work gives, and leaves no timer', async () => {
  expect(await inTime(Promise.resolve('done'), 1_000, late)).toBe('done');
  expect(vi.getTimerCount()).toBe(0);
});

it('throws what the work throws, and leaves no timer', async () => {
  await expect(inTime(Promise.reject(new Error('broken')), 1_000, late)).rejects.toThrow('broken');
  expect(vi.getTimerCount()).toBe(0);
});

it('gives what stands in for late work, not before its time', async () => {
  const told = vi.fn<(answer: string) => void>();
  const answer = inTime(never, 1_000, late).then(told);
  await vi.advanceTimersByTimeAsync(999);
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await answer;
  expect(told).toHaveBeenCalledWith('late');
});

it('throws what late work is told as', async () => {
  const answer = inTime(never, 1_000, () => {
    throw new Error('too late');
  });
  const told = expect(answer).rejects.toThrow('too late');
  await vi.advanceTimersByTimeAsync(1_000);
  await told;
});

it('work that fails after its time is no unhandled rejection', async () => {
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<string>((_resolve, reject) => (fail = reject));
  const answer = inTime(work, 1_000, late);
  await vi.advanceTimersByTimeAsync(1_000);
  fail(new Error('broken, later'));
  expect(await answer).toBe('late');
});
