import { expect, it } from 'vitest';
import { memoryBudget, reliefOf } from './memory-budget.js';

const MB = 1024 ** 2;

it('is what a process is allowed', () => {
  expect(memoryBudget(768 * MB, [])).toBe(768 * MB);
  expect(memoryBudget(768 * MB, [128, 512])).toBe(768 * MB);
});

it('leaves room for the largest function a process runs', () => {
  expect(memoryBudget(768 * MB, [128, 1024])).toBe(1280 * MB);
});

const within = { residentBytes: 700 * MB, allowedBytes: 768 * MB, overMs: 0, askedMs: Number.POSITIVE_INFINITY };

it.each([
  ['a process within its budget is left alone', {}, 'none'],
  ['one beyond it is asked to end what holds most', { residentBytes: 800 * MB }, 'ask'],
  ['and is given time for that', { residentBytes: 800 * MB, overMs: 100, askedMs: 100 }, 'none'],
  ['and asked again', { residentBytes: 800 * MB, overMs: 200, askedMs: 200 }, 'ask'],
  ['one that does not come down is killed', { residentBytes: 800 * MB, overMs: 501, askedMs: 50 }, 'kill'],
  ['and one that runs far ahead at once', { residentBytes: 961 * MB }, 'kill'],
] as const)('%s', (_what, differs, relief) => {
  expect(reliefOf({ ...within, ...differs })).toBe(relief);
});
