import { Logger } from '@nestjs/common';
import { beforeEach, expect, it } from 'vitest';
import { untilStored } from './until-stored.js';

let waited: number[];
beforeEach(() => {
  Logger.overrideLogger(false);
  waited = [];
});

const wait = async (ms: number) => void waited.push(ms);
const away = () => Promise.reject(new Error('the database is away'));

it('stores again and again until it is done, less and less often', async () => {
  let tries = 0;
  expect(await untilStored('the end', () => ((tries += 1) < 10 ? away() : Promise.resolve('stored')), { wait })).toBe('stored');
  expect(waited).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
});

it('gives up after ten minutes, with the last reason', async () => {
  await expect(untilStored('the end', away, { wait })).rejects.toThrow('the database is away');
  const total = waited.reduce((sum, ms) => sum + ms, 0);
  expect(total).toBeGreaterThan(600_000);
  expect(total).toBeLessThan(700_000);
});

it('gives up when the process stops, also while it waits', async () => {
  const stop = new AbortController();
  const stored = untilStored('the end', away, { stop: stop.signal });
  stop.abort();
  await expect(stored).rejects.toThrow('the database is away');
});
