import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { untilStored } from './until-stored.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const away = Object.assign(new Error('the database system is starting up'), { code: '57P03' });

it('takes a step again until the database is back', async () => {
  const step = vi.fn<() => Promise<string>>().mockRejectedValueOnce(away).mockRejectedValueOnce(away).mockResolvedValue('noted');
  const taken = untilStored('the end of x', step);
  await vi.runAllTimersAsync();
  expect([await taken, step.mock.calls.length]).toEqual(['noted', 3]);
});

it('does not repeat what the database refused', async () => {
  const step = vi.fn<() => Promise<string>>().mockRejectedValue(new Error('refused'));
  await expect(untilStored('the end of x', step)).rejects.toThrow('refused');
  expect(step).toHaveBeenCalledTimes(1);
});
