import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectionsRepository } from './connections.repository.js';
import { LastFetched } from './last-fetched.js';

let written: number[][];
let tested: LastFetched;
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  const markFetched = async (ids: readonly number[]) => void written.push([...ids]);
  tested = new LastFetched({ markFetched } as unknown as ConnectionsRepository);
});
afterEach(() => vi.useRealTimers());

it('writes all that were marked in one go, a second later', () => {
  for (const id of [1, 2, 1]) tested.mark(id);
  vi.advanceTimersByTime(999);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(written).toEqual([[1, 2]]);
});

it('writes a connection in use once a minute', () => {
  for (let second = 0; second < 120; second += 1) {
    for (let call = 0; call < 50; call += 1) tested.mark(1);
    vi.advanceTimersByTime(1_000);
  }
  expect(written).toEqual([[1], [1]]);
});

it('writes what waits when the service ends', async () => {
  tested.mark(1);
  await tested.beforeApplicationShutdown();
  expect(written).toEqual([[1]]);
});
