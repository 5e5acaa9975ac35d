import { expect, it } from 'vitest';
import { bodyWait } from './body-wait.js';

const NOW = new Date('2026-11-01T00:00:00Z');
const rule = { path: 'error.message', value: String.raw`/retry in (\d+)s/`, strategy: 'after' } as const;
const refusal = (message: string) => JSON.stringify({ error: { message } });

it.each([
  [refusal('quota, retry in 7s'), 7_000],
  [refusal('quota'), undefined],
  ['<html>', undefined],
  [refusal(`${'x'.repeat(100_000)} retry in 7s`), undefined],
])('reads how long to wait out of %.40s: %s', (text, expected) => {
  expect(bodyWait(text, rule, NOW)).toBe(expected);
});

it('gives up on an expression that takes for ever on what an API says', () => {
  const before = process.threadCpuUsage();
  expect(bodyWait(refusal(`${'a'.repeat(5_000)}!`), { ...rule, value: '^(a+)+$' }, NOW)).toBeUndefined();
  expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(500);
});
