import { vi } from 'vitest';

const FIRST_LIFE_MS = 1000;

/** Waits until tokens that are there already are over: the farm's first ones live for a second. */
export async function untilDue(): Promise<void> {
  const end = Date.now() + FIRST_LIFE_MS;
  await vi.waitUntil(() => Date.now() > end, { interval: 50, timeout: 5 * FIRST_LIFE_MS });
}
